// SPDX-License-Identifier: Apache-2.0
#include "batch/cluster/job_manifest.h"

#include "batch/bucket_variables.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

constexpr std::int64_t backoff_limit = 1'000'000; // Sluice decides about retries
constexpr std::int64_t deadline_net = 600; // Sluice ends the job first; this is the net under it
constexpr int grace_seconds = 60;
constexpr const char* install_dir = "/sluice";

// Kubernetes replaces $(NAME) in values; a pipeline's value is meant as it stands.
std::string literal(const std::string& value)
{
    if (value.find("$(") == std::string::npos && value.find("$$") == std::string::npos)
        return value;
    std::string escaped;
    for (const char c : value) {
        if (c == '$')
            escaped += '$';
        escaped += c;
    }
    return escaped;
}

kube::EnvVar variable(std::string name, std::string value)
{
    kube::EnvVar made;
    made.name = std::move(name);
    made.value = std::move(value);
    return made;
}

kube::EnvVar field_variable(std::string name, std::string path)
{
    kube::EnvVar made;
    made.name = std::move(name);
    made.field_path = std::move(path);
    return made;
}

kube::EnvVar secret_variable(std::string name, std::string secret, std::string key)
{
    kube::EnvVar made;
    made.name = std::move(name);
    made.secret_name = std::move(secret);
    made.secret_key = std::move(key);
    return made;
}

// Each name once: ours stay, of others the later one wins in the place of the earlier.
class Environment {
public:
    explicit Environment(std::vector<kube::EnvVar> ours)
        : list_(std::move(ours)), fixed_(std::ssize(list_))
    {}

    void put(kube::EnvVar given)
    {
        const auto known = std::find_if(list_.begin(), list_.end(), [&](const auto& there) {
            return there.name == given.name;
        });
        if (known - list_.begin() < fixed_)
            return;
        // The last one counts, and one whose key is missing is left out: the other one stays.
        if (known == list_.end() || given.optional)
            list_.push_back(std::move(given));
        else
            *known = std::move(given);
    }

    std::vector<kube::EnvVar> take() { return std::move(list_); }

private:
    std::vector<kube::EnvVar> list_;
    std::ptrdiff_t fixed_;
};

std::vector<kube::EnvVar> worker_env(const ClusterJobFacts& job, const ClusterJobSettings& settings)
{
    Environment env({
        variable("SLUICE_SERVER", settings.server_url),
        secret_variable("SLUICE_KEY", job.name, "token"),
        field_variable("SLUICE_NODE_NAME", "spec.nodeName"),
        field_variable("SLUICE_POD_NAME", "metadata.name"),
        field_variable("FALCONERI_NODE_NAME", "spec.nodeName"),
        field_variable("FALCONERI_POD_NAME", "metadata.name"),
    });
    for (const auto& [name, value] : settings.bucket_env)
        env.put(variable(name, literal(value)));
    if (settings.prefetch_bytes_max)
        env.put(variable("SLUICE_PREFETCH_MAX", std::to_string(*settings.prefetch_bytes_max)));
    const Transform& transform = job.pipeline.transform;
    for (const auto& [name, value] : transform.env)
        if (!is_place_of_others(name, transform)) // the command has it all the same
            env.put(variable(name, literal(value)));
    for (const Secret& secret : transform.secrets)
        if (const auto* asked = std::get_if<SecretVariable>(&secret)) {
            kube::EnvVar made = secret_variable(asked->env_var, asked->name, asked->key);
            made.optional = asked->optional;
            env.put(std::move(made));
        }
    return env.take();
}

kube::Volume empty_dir(std::string name, std::string medium, std::string size)
{
    kube::Volume volume;
    volume.name = std::move(name);
    volume.medium = std::move(medium);
    volume.size_limit = std::move(size);
    return volume;
}

kube::VolumeMount mount(std::string volume, std::string path)
{
    kube::VolumeMount made;
    made.name = std::move(volume);
    made.mount_path = std::move(path);
    return made;
}

// The secrets that are mounted as files, each with one volume however often it is asked for.
void add_secret_mounts(const Transform& transform, kube::PodSpec& pod, kube::Container& worker)
{
    std::map<std::string, std::string> volumes; // by secret
    for (const Secret& secret : transform.secrets) {
        const auto* asked = std::get_if<SecretMount>(&secret);
        if (!asked)
            continue;
        const auto [known, is_new] =
            volumes.emplace(asked->name, fmt::format("secret-{}", volumes.size()));
        if (is_new) {
            kube::Volume volume;
            volume.name = known->second;
            volume.kind = kube::Volume::Kind::secret;
            volume.source = asked->name;
            pod.volumes.push_back(std::move(volume));
        }
        kube::VolumeMount made = mount(known->second, asked->mount_path);
        made.read_only = true;
        worker.mounts.push_back(std::move(made));
    }
}

kube::Container install_container(const ClusterJobSettings& settings)
{
    kube::Container container;
    container.name = "install";
    container.image = settings.worker_image;
    container.image_pull_policy = settings.worker_image_pull_policy;
    container.command = {"/usr/bin/sluice", "worker", "--install", install_dir};
    container.resources.requests = {{"cpu", "10m"}, {"memory", "64Mi"}};
    container.resources.limits = {{"memory", "64Mi"}};
    container.security.allow_privilege_escalation = false;
    container.security.read_only_root = true;
    container.security.run_as_non_root = true;
    container.mounts = {mount("sluice", install_dir)};
    return container;
}

std::string pull_policy(const Transform& transform)
{
    if (!transform.image_pull_policy)
        return "";
    switch (*transform.image_pull_policy) {
    case ImagePullPolicy::always:
        return "Always";
    case ImagePullPolicy::if_not_present:
        return "IfNotPresent";
    default:
        return "Never";
    }
}

kube::Container worker_container(const ClusterJobFacts& job, const ClusterJobSettings& settings)
{
    const ResourceRequests& asked = job.pipeline.resource_requests;
    kube::Container container;
    container.name = kube::main_container;
    container.image = job.pipeline.transform.image;
    container.image_pull_policy = pull_policy(job.pipeline.transform);
    container.command = {"/sluice/worker", job.id};
    container.env = worker_env(job, settings);
    container.resources.requests = {{"cpu", asked.cpu.text}, {"memory", asked.memory.text}};
    container.resources.limits = {{"memory", asked.memory.text}};
    // What is prefetched lies beside `now` in the same mount: it is moved there, and the command
    // does not see it before.
    kube::VolumeMount now = mount("pfs", "/pfs");
    now.sub_path = "now";
    container.mounts = {
        mount("sluice", install_dir), std::move(now), mount("pfs", "/sluice/pfs"),
        mount("scratch", "/scratch")};
    return container;
}

std::vector<kube::Toleration> tolerations()
{
    kube::Toleration old; // falconeri's, for clusters that were set up for it
    old.key = "fdy.io/falconeri";
    old.op = "Equal";
    old.value = "worker";
    old.effect = "NoExecute";
    kube::Toleration ours;
    ours.key = "sluice.dev/worker";
    ours.op = "Exists";
    return {old, ours};
}

kube::PodSpec pod_spec(const ClusterJobFacts& job, const ClusterJobSettings& settings)
{
    const Transform& transform = job.pipeline.transform;
    kube::PodSpec pod;
    pod.restart_policy = "Never";
    pod.termination_grace_seconds = grace_seconds;
    pod.service_links = false;
    pod.seccomp = "RuntimeDefault";
    if (transform.service_account)
        pod.service_account = *transform.service_account;
    else
        pod.automount_token = false;
    pod.node_selector = job.pipeline.node_selector;
    pod.tolerations = tolerations();
    pod.volumes = {
        empty_dir("sluice", "", ""), empty_dir("pfs", settings.pfs_medium, settings.pfs_size),
        empty_dir("scratch", settings.scratch_medium, settings.scratch_size)};
    kube::Container worker = worker_container(job, settings);
    add_secret_mounts(transform, pod, worker);
    pod.init_containers = {install_container(settings)};
    pod.containers = {std::move(worker)};
    return pod;
}

kube::Labels labels_of(const ClusterJobFacts& job)
{
    kube::Labels labels;
    labels[std::string(kube::managed_by_key)] = kube::managed_by_value;
    labels[std::string(kube::job_id_key)] = job.id;
    return labels;
}

kube::ObjectMeta meta_of(const ClusterJobFacts& job, const ClusterJobSettings& settings)
{
    kube::ObjectMeta meta;
    meta.name = job.name;
    meta.name_space = settings.name_space;
    meta.labels = labels_of(job);
    return meta;
}

} // namespace

kube::JobObject job_manifest(const ClusterJobFacts& job, const ClusterJobSettings& settings)
{
    kube::JobObject made;
    made.meta = meta_of(job, settings);
    made.parallelism = std::max<std::int64_t>(1, std::min(job.pipeline.workers, job.datums));
    made.backoff_limit = backoff_limit;
    made.ttl_seconds_after_finished = settings.ttl_seconds;
    if (job.pipeline.job_timeout)
        made.active_deadline_seconds = job.pipeline.job_timeout->count() + deadline_net;
    made.pods.labels = labels_of(job);
    made.pods.spec = pod_spec(job, settings);
    return made;
}

kube::SecretObject token_secret(
    const ClusterJobFacts& job, const ClusterJobSettings& settings, std::string token,
    std::string job_uid
)
{
    kube::OwnerReference owner;
    owner.api_version = "batch/v1";
    owner.kind = "Job";
    owner.name = job.name;
    owner.uid = std::move(job_uid);
    kube::SecretObject made;
    made.meta = meta_of(job, settings);
    made.meta.owners = {std::move(owner)};
    made.data = {{"token", std::move(token)}};
    return made;
}

} // namespace sluice
