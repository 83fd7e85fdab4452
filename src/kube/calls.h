// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace sluice {

// One kind of call to the API, in the words of RBAC.
struct KubeCall {
    std::string_view group;    // "" is the core
    std::string_view resource; // pods/log is one
    std::string_view verb;
    bool by_name = false; // only for names that the deployment knows

    friend bool operator==(const KubeCall&, const KubeCall&) = default;
};

namespace kube {

inline constexpr KubeCall create_job{"batch", "jobs", "create"};
inline constexpr KubeCall get_job{"batch", "jobs", "get"};
inline constexpr KubeCall list_jobs{"batch", "jobs", "list"};
inline constexpr KubeCall watch_jobs{"batch", "jobs", "watch"};
inline constexpr KubeCall delete_job{"batch", "jobs", "delete"};
inline constexpr KubeCall list_pods{"", "pods", "list"};
inline constexpr KubeCall watch_pods{"", "pods", "watch"};
inline constexpr KubeCall get_pod_log{"", "pods/log", "get"};
inline constexpr KubeCall create_secret{"", "secrets", "create"};
inline constexpr KubeCall get_secret{"", "secrets", "get", true};

} // namespace kube

// Every call that the client can make: it makes its requests from these rows, the Role is made of
// them, and the tests count against them.
std::span<const KubeCall> kube_calls();

} // namespace sluice
