// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::kube {

using Labels = std::map<std::string, std::string>;

// What every Job and pod of ours carries; watches ask for objects that have both.
inline constexpr std::string_view managed_by_key = "app.kubernetes.io/managed-by";
inline constexpr std::string_view managed_by_value = "sluice";
inline constexpr std::string_view job_id_key = "sluice.dev/job-id"; // its value: the job's UUID

// The container of a pod that runs the user's command; the others are ours or injected.
inline constexpr std::string_view main_container = "worker";

// With its owner an object is deleted, too.
struct OwnerReference {
    std::string api_version = {};
    std::string kind = {};
    std::string name = {};
    std::string uid = {};
};

struct ObjectMeta {
    std::string name = {};
    std::string name_space = {};
    Labels labels = {};
    Labels annotations = {};
    std::vector<OwnerReference> owners = {};
};

} // namespace sluice::kube
