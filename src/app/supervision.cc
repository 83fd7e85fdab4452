// SPDX-License-Identifier: Apache-2.0
#include "app/supervision.h"

#include "api/worker_token.h"
#include "engine/engine.h"
#include "store/store.h"

namespace sluice {

namespace {

// What bucket clients read besides credentials.
constexpr std::string_view bucket_variables[] = {
    "AWS_ENDPOINT_URL",   "AWS_ENDPOINT_URL_S3",   "AWS_REGION",
    "AWS_DEFAULT_REGION", "STORAGE_EMULATOR_HOST",
};

Supervisor::Options supervisor_options(const Config& config, ClusterJobSettings jobs, Store& store)
{
    Supervisor::Options options;
    options.jobs = std::move(jobs);
    options.limits.trouble_after = config.cluster.trouble_after;
    options.limits.start_timeout = config.cluster.job_start_timeout;
    options.worker_token = [&store](const std::string& job_id) {
        return make_worker_token(store.handle_secret(), job_id);
    };
    return options;
}

} // namespace

ClusterJobSettings cluster_job_settings(
    const Config& config, std::string name_space, std::string server_url,
    const EnvironmentLookup& environment
)
{
    const ClusterSettings& given = config.cluster;
    ClusterJobSettings settings;
    settings.name_space = std::move(name_space);
    settings.server_url = std::move(server_url);
    settings.worker_image = given.worker_image;
    settings.worker_image_pull_policy = given.worker_image_pull_policy;
    settings.ttl_seconds = given.job_ttl.count();
    settings.pfs_medium = given.pfs_medium;
    settings.pfs_size = given.pfs_size;
    settings.scratch_medium = given.scratch_medium;
    settings.scratch_size = given.scratch_size;
    if (config.origins.contains("prefetch_max"))
        settings.prefetch_bytes_max = given.prefetch_bytes_max;
    for (const std::string_view name : bucket_variables)
        if (std::optional<std::string> value = environment(name); value && !value->empty())
            settings.bucket_env[std::string(name)] = std::move(*value);
    return settings;
}

Async<Result<std::unique_ptr<Supervision>>> Supervision::open(Parts parts)
{
    if (parts.config.cluster.worker_image.empty())
        co_return Error{
            Errc::invalid, "the executor 'kubernetes' needs --worker-image: Sluice's image, which "
                           "brings the worker into pods"};
    Result<std::unique_ptr<ClusterAccess>> access =
        co_await ClusterAccess::open(parts.executor, parts.config, parts.threads, parts.log);
    if (!access)
        co_return with_context("reach Kubernetes", access.error());
    if (!*access)
        co_return Error{
            Errc::not_found, "the executor 'kubernetes' needs a cluster: this is no pod with a "
                             "service account, so say --kube-context or --kube-url"};
    auto opened = std::make_unique<Supervision>(std::move(parts), std::move(*access));
    const Result<void> enrolled = co_await opened->parts_.engine.enroll();
    if (!enrolled) {
        co_await opened->stop();
        co_return enrolled.error();
    }
    co_return opened;
}

Supervision::Supervision(Parts parts, std::unique_ptr<ClusterAccess> access)
    : parts_(std::move(parts)), scope_(parts_.executor, parts_.log), access_(std::move(access))
{
    parts_.engine.on_changes([this](const Changes& changes) {
        if (supervisor_)
            supervisor_->changed(changes);
    });
}

Supervision::~Supervision() = default;

void Supervision::start(std::string server_url)
{
    ClusterJobSettings jobs = cluster_job_settings(
        parts_.config, cluster().name_space(), std::move(server_url), environment_variable
    );
    supervisor_.emplace(
        parts_.executor, parts_.engine, cluster(),
        supervisor_options(parts_.config, std::move(jobs), parts_.engine.store()), parts_.log
    );
    scope_.spawn(supervisor_->run());
}

Async<void> Supervision::stop()
{
    if (supervisor_)
        supervisor_->stop();
    co_await scope_.join();
    if (access_)
        co_await access_->close();
    access_.reset();
}

} // namespace sluice
