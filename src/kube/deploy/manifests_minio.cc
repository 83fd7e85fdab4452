// SPDX-License-Identifier: Apache-2.0
#include "kube/deploy/parts.h"

#include <fmt/format.h>

namespace sluice::kube {

namespace {

constexpr std::int64_t minio_user = 1000;
constexpr const char* minio_data_path = "/data";

// A folder beside MinIO's own files is a bucket; made before those, it would keep MinIO from
// starting.
constexpr const char* start_script =
    "(until [ -f /data/.minio.sys/format.json ]; do sleep 1; done; mkdir -p /data/sluice) & "
    "exec minio server /data --console-address :9001";

Container minio_container(const DeployOptions& options)
{
    Container container;
    container.name = "minio";
    container.image = options.minio_image;
    container.command = {"/bin/sh", "-c", start_script};
    container.env = {
        secret_variable("MINIO_ROOT_USER", minio_secret, access_key_key),
        secret_variable("MINIO_ROOT_PASSWORD", minio_secret, secret_key_key)};
    container.ports = {minio_port, minio_console_port};
    container.resources = resources(options.minio_memory, options.minio_cpu);
    container.security = locked_down();
    Probe ready;
    ready.path = "/minio/health/cluster";
    ready.port = minio_port;
    ready.period_seconds = 5;
    container.readiness = std::move(ready);
    return container;
}

} // namespace

std::string minio_url()
{
    return fmt::format("http://{}:{}", minio_name, minio_port);
}

std::vector<Json> minio_objects(const DeployOptions& options)
{
    if (!options.with_minio)
        return {};
    KeptProgram minio;
    minio.name = minio_name;
    minio.user = minio_user;
    minio.container = minio_container(options);
    minio.data = minio_data_path;
    minio.ports = {{"s3", minio_port}, {"console", minio_console_port}};
    minio.storage = options.minio_storage;
    minio.policy.ports = {minio_port};
    return kept_program(options, std::move(minio));
}

void add_minio_variables(std::vector<EnvVar>& env)
{
    env.push_back(variable(endpoint_key, minio_url()));
    env.push_back(variable("AWS_REGION", "us-east-1"));
    env.push_back(secret_variable(access_key_key, minio_secret, access_key_key));
    env.push_back(secret_variable(secret_key_key, minio_secret, secret_key_key));
    env.push_back(variable("SLUICE_LOG_STORE", "s3://sluice/logs"));
}

} // namespace sluice::kube
