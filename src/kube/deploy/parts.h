// SPDX-License-Identifier: Apache-2.0
// What the parts of an installation share.
#pragma once

#include "kube/deploy/installation.h"
#include "kube/deploy/manifests.h"

#include <string>
#include <vector>

namespace sluice::kube {

// `name` is the part's: server_name, postgres_name or minio_name.
Labels labels_of(const std::string& name);
ObjectMeta meta_of(const DeployOptions& options, const std::string& name);

// Nobody becomes root there, and nothing has rights that it does not need.
ContainerSecurity locked_down();
PodSpec user_pod(std::int64_t user);

Resources resources(const std::string& memory, const std::string& cpu);
EnvVar variable(std::string name, std::string value);
EnvVar secret_variable(std::string name, std::string secret, std::string key);

// A program of one pod that keeps what it has on a volume of its own.
struct KeptProgram {
    std::string name = {};
    std::int64_t user = 0;
    Container container = {};
    std::string data = {}; // where the volume is seen
    std::vector<ServicePort> ports = {};
    std::string storage = {};
    Labels volume_labels = {}; // beside those of every object
    NetworkPolicyObject policy = {};
};
std::vector<Json> kept_program(const DeployOptions& options, KeptProgram program);

// Of PostgreSQL: none when there is a database already.
std::vector<Json> database_objects(const DeployOptions& options);

// Of MinIO: none when it is not wanted.
std::vector<Json> minio_objects(const DeployOptions& options);
std::string minio_url();                            // within the namespace
void add_minio_variables(std::vector<EnvVar>& env); // of the server, to use it

} // namespace sluice::kube
