// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.h"
#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::kube {

// What a user may choose of an installation. Sizes are quantities as Kubernetes writes them.
struct DeployOptions {
    bool with_minio = false; // an object store for development, with a bucket "sluice"
    std::string name_space = "default";
    std::string image = {};              // Sluice's; brings the worker into pods, too
    std::string image_pull_policy = {};  // of it; empty: the cluster's rule
    std::string postgres_url = {};       // of a database that exists; empty: one is deployed
    std::string storage_class_name = {}; // of the volumes; empty: the cluster's default
    std::string postgres_version = "15";
    std::string postgres_image = {}; // empty: the official one of that version
    std::string postgres_storage = {};
    std::string postgres_memory = {};
    std::string postgres_cpu = {};
    int server_replicas = 1;
    std::string server_memory = {};
    std::string server_cpu = {};
    std::string server_log_level = "warn";
    std::string minio_image = "minio/minio:RELEASE.2025-04-22T22-12-26Z";
    std::string minio_storage = {};
    std::string minio_memory = {};
    std::string minio_cpu = {};
    std::vector<std::string> webhook_networks = {}; // in the cluster, that webhooks may go to
    std::vector<std::string> bucket_secrets = {"s3", "gcs"}; // that the server may read
};

enum class Purpose : std::uint8_t { production, development };

// Sizes and counts for each purpose; production has two servers.
DeployOptions default_options(Purpose purpose);

// Errors (invalid), which name the flag: what Kubernetes would refuse, or what would not work.
Result<void> check_options(const DeployOptions& options);

// "15" of "15", "15.4" and "15.4-bookworm": the major version, which a volume keeps.
std::string_view postgres_major(std::string_view version);

// Generated once; a later deploy uses what is there.
struct InstallSecrets {
    std::string postgres_password = {};
    std::string api_key = {};
    std::string minio_user = {};
    std::string minio_password = {};
    std::string database_url = {}; // of a database that is the user's; empty: deploy makes one
};
InstallSecrets make_secrets(Random& random);

} // namespace sluice::kube
