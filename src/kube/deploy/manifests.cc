// SPDX-License-Identifier: Apache-2.0
#include "kube/deploy/manifests.h"

#include "base/text.h"
#include "base/yaml_text.h"
#include "kube/calls.h"
#include "kube/deploy/parts.h"
#include "net/digest.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::kube {

namespace {

constexpr std::int64_t server_user = 10001; // of the image
constexpr int stop_seconds = 45;            // for drain, the grace of datums and the last requests

std::string in_namespace(const DeployOptions& options)
{
    return fmt::format("{}.{}:{}", server_name, options.name_space, server_port);
}

std::vector<EnvVar> server_env(const DeployOptions& options)
{
    EnvVar address;
    address.name = "POD_IP";
    address.field_path = "status.podIP";
    std::vector<EnvVar> env = {
        address,
        secret_variable("SLUICE_DB", server_name, database_url_key),
        secret_variable("SLUICE_BOOTSTRAP_KEY", server_name, api_key_key),
        variable("SLUICE_LISTEN", fmt::format("0.0.0.0:{}", server_port)),
        variable("SLUICE_DATA_DIR", "/var/lib/sluice"),
        variable("SLUICE_LOG", options.server_log_level),
        variable("SLUICE_EXECUTOR", "kubernetes"),
        variable("SLUICE_WORKER_IMAGE", options.image),
        variable("SLUICE_HOST_URL", "http://" + in_namespace(options)),
        variable("SLUICE_ADVERTISE_URL", fmt::format("http://$(POD_IP):{}", server_port))};
    if (!options.image_pull_policy.empty())
        env.push_back(variable("SLUICE_WORKER_IMAGE_PULL_POLICY", options.image_pull_policy));
    if (!options.webhook_networks.empty())
        env.push_back(variable("SLUICE_ALLOWED_NETWORKS", join(options.webhook_networks, ",")));
    if (options.with_minio)
        add_minio_variables(env);
    return env;
}

Probe server_probe(const char* path)
{
    Probe probe;
    probe.path = path;
    probe.port = server_port;
    return probe;
}

Container server_container(const DeployOptions& options)
{
    Container container;
    container.name = "sluice";
    container.image = options.image;
    container.image_pull_policy = options.image_pull_policy;
    container.command = {"/usr/bin/sluice", "serve"};
    container.env = server_env(options);
    container.ports = {server_port};
    container.resources = resources(options.server_memory, options.server_cpu);
    container.mounts = {
        {.name = "data", .mount_path = "/var/lib/sluice"}, {.name = "tmp", .mount_path = "/tmp"}};
    container.security = locked_down();
    container.security.read_only_root = true;
    container.pre_stop = {"/usr/bin/sluice", "drain"};
    container.readiness = server_probe("/ready");
    // It fails while the database is away, too: a server is not to be restarted for that at once.
    container.liveness = server_probe("/health");
    container.liveness->period_seconds = 30;
    container.liveness->failure_threshold = 10;
    // It serves within a second as a rule; the first start of a new version may move a large
    // database to a new schema: an hour.
    container.startup = server_probe("/health");
    container.startup->period_seconds = 1;
    container.startup->failure_threshold = 3600;
    return container;
}

Json server_deployment(const DeployOptions& options)
{
    DeploymentObject deployment;
    deployment.meta = meta_of(options, server_name);
    deployment.replicas = options.server_replicas;
    deployment.selector = labels_of(server_name);
    deployment.pods.labels = labels_of(server_name);
    deployment.pods.annotations[database_digest_key] = encode_hex(sha256(options.postgres_url));
    PodSpec& pod = deployment.pods.spec = user_pod(server_user);
    pod.service_account = server_name;
    pod.automount_token = true;
    pod.termination_grace_seconds = stop_seconds;
    pod.containers = {server_container(options)};
    pod.volumes = {{.name = "data"}, {.name = "tmp"}};
    return to_json(deployment);
}

std::vector<Json> server_objects(const DeployOptions& options)
{
    const ObjectMeta meta = meta_of(options, server_name);
    AccountObject account;
    account.meta = meta;
    RoleObject role;
    role.meta = meta;
    role.rules = role_rules(options.bucket_secrets);
    RoleBindingObject binding;
    binding.meta = meta;
    binding.role = server_name;
    binding.account = server_name;
    NetworkPolicyObject policy;
    policy.meta = meta;
    policy.pods = labels_of(server_name);
    policy.ports = {server_port};
    ServiceObject service;
    service.meta = meta;
    service.selector = labels_of(server_name);
    service.ports = {{"http", server_port}};
    std::vector<Json> objects = {to_json(account), to_json(role),    to_json(binding),
                                 to_json(policy),  to_json(service), server_deployment(options)};
    if (options.server_replicas > 1) {
        DisruptionBudgetObject budget;
        budget.meta = meta;
        budget.selector = labels_of(server_name);
        objects.push_back(to_json(budget));
    }
    return objects;
}

std::vector<Json> secret_objects(const DeployOptions& options, const InstallSecrets& secrets)
{
    SecretObject own;
    own.meta = meta_of(options, server_name);
    own.data[api_key_key] = secrets.api_key;
    own.data[database_url_key] =
        options.postgres_url.empty() ? deployed_database_url(secrets) : options.postgres_url;
    own.data[postgres_password_key] = secrets.postgres_password;
    std::vector<Json> objects = {to_json(own)};
    if (options.with_minio) {
        SecretObject minio;
        minio.meta = meta_of(options, minio_name);
        minio.meta.name = minio_secret;
        minio.data[access_key_key] = secrets.minio_user;
        minio.data[secret_key_key] = secrets.minio_password;
        minio.data[endpoint_key] = minio_url();
        objects.push_back(to_json(minio));
    }
    return objects;
}

void append(std::vector<Json>& all, std::vector<Json> more)
{
    std::move(more.begin(), more.end(), std::back_inserter(all));
}

bool is_kept(const std::string& kind)
{
    return kind == "Secret" || kind == "PersistentVolumeClaim";
}

} // namespace

std::string deployed_database_url(const InstallSecrets& secrets)
{
    return fmt::format(
        "postgresql://sluice:{}@{}:{}/sluice", secrets.postgres_password, postgres_name,
        postgres_port
    );
}

std::vector<Json> manifests(const DeployOptions& options, const InstallSecrets* secrets)
{
    std::vector<Json> objects;
    if (secrets)
        append(objects, secret_objects(options, *secrets));
    append(objects, database_objects(options));
    append(objects, minio_objects(options));
    append(objects, server_objects(options));
    return objects;
}

std::string to_yaml_documents(const std::vector<Json>& objects)
{
    std::string text;
    for (const Json& object : objects)
        text += "---\n" + to_yaml(object);
    return text;
}

std::vector<std::string> to_be_removed(Removal removal)
{
    DeployOptions all = default_options(Purpose::production);
    all.with_minio = true;
    const InstallSecrets secrets;
    std::vector<Json> objects = manifests(all, &secrets);
    std::reverse(objects.begin(), objects.end());
    std::vector<std::string> programs;
    std::vector<std::string> kept;
    for (const Json& object : objects) {
        const std::string kind = object["kind"];
        const std::string name = object["metadata"]["name"];
        (is_kept(kind) ? kept : programs).push_back(to_lower(kind) + '/' + name);
    }
    if (removal == Removal::everything)
        programs.insert(programs.end(), kept.begin(), kept.end());
    return programs;
}

Json role_rules(const std::vector<std::string>& bucket_secrets)
{
    Json rules = Json::array();
    for (const KubeCall& call : kube_calls()) {
        if (call.by_name && bucket_secrets.empty())
            continue; // a rule without names would be one for all
        Json rule = Json::object();
        rule["apiGroups"].push_back(call.group);
        rule["resources"].push_back(call.resource);
        if (call.by_name)
            rule["resourceNames"] = bucket_secrets;
        const auto known = std::find_if(rules.begin(), rules.end(), [&](const Json& there) {
            return there["apiGroups"] == rule["apiGroups"] &&
                   there["resources"] == rule["resources"] &&
                   there.contains("resourceNames") == call.by_name;
        });
        if (known == rules.end()) {
            rule["verbs"].push_back(call.verb);
            rules.push_back(std::move(rule));
        } else {
            (*known)["verbs"].push_back(call.verb);
        }
    }
    return rules;
}

} // namespace sluice::kube
