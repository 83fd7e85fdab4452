// SPDX-License-Identifier: Apache-2.0
#include "kube/deploy/parts.h"

namespace sluice::kube {

namespace {

constexpr std::int64_t postgres_user = 999; // of the official image on Debian
constexpr const char* data_path = "/var/lib/postgresql/data";

std::string image_of(const DeployOptions& options)
{
    return options.postgres_image.empty() ? "postgres:" + options.postgres_version
                                          : options.postgres_image;
}

Container postgres_container(const DeployOptions& options)
{
    Container container;
    container.name = "postgres";
    container.image = image_of(options);
    container.env = {
        variable("POSTGRES_USER", "sluice"), variable("POSTGRES_DB", "sluice"),
        secret_variable("POSTGRES_PASSWORD", server_name, postgres_password_key),
        // Below the mount: a new volume has a lost+found, which initdb refuses.
        variable("PGDATA", std::string(data_path) + "/pgdata")};
    container.ports = {postgres_port};
    container.resources = resources(options.postgres_memory, options.postgres_cpu);
    container.security = locked_down();
    Probe ready;
    ready.command = {"pg_isready", "-U", "sluice", "-d", "sluice"};
    ready.period_seconds = 5;
    container.readiness = std::move(ready);
    return container;
}

} // namespace

std::vector<Json> database_objects(const DeployOptions& options)
{
    if (!options.postgres_url.empty())
        return {};
    KeptProgram postgres;
    postgres.name = postgres_name;
    postgres.user = postgres_user;
    postgres.container = postgres_container(options);
    postgres.data = data_path;
    postgres.ports = {{"postgres", postgres_port}};
    postgres.storage = options.postgres_storage;
    postgres.volume_labels[std::string(postgres_version_key)] = options.postgres_version;
    postgres.policy.from = labels_of(server_name);
    postgres.policy.ports = {postgres_port};
    return kept_program(options, std::move(postgres));
}

} // namespace sluice::kube
