// SPDX-License-Identifier: Apache-2.0
#include "app/app.h"

#include "app/version.h"
#include "tasks/task_service.h"

#include <algorithm>

namespace sluice {

namespace {

constexpr std::size_t threads_count = 4;          // for files and logs; commands run beside them
constexpr std::chrono::seconds trace_patience{3}; // for the last spans

Engine::Options engine_options(const Config& config)
{
    Engine::Options options;
    options.worker_name = process_name();
    options.host = host_name();
    options.address = config.cluster.advertise_url;
    options.pulse = std::chrono::milliseconds(1200); // with the heartbeat: at most a query a second
    return options;
}

Retention::Options retention_options(const Config& config)
{
    using Days = std::chrono::duration<std::size_t, std::chrono::days::period>;
    const auto days = [](std::size_t count) {
        return std::chrono::duration_cast<Micros>(Days(count));
    };
    Retention::Options options;
    if (config.retention) {
        options.ended = days(config.retention_days);
        options.hidden = days(config.retention_deleted_days);
    }
    options.audit.reset();
    if (config.audit_days > 0)
        options.audit = days(config.audit_days);
    options.interval = config.retention_interval;
    options.piece = config.retention_batch_size;
    return options;
}

// Of webhooks whose actions say nothing.
void set_tries(Retry& retry, std::size_t retries, Micros delay)
{
    retry.tries_max = static_cast<int>(retries) + 1;
    retry.delay_initial = delay;
    retry.delay_max = std::max(retry.delay_max, delay);
}

TaskService::Options task_service_options(const Config& config)
{
    TaskService::Options options;
    options.guard.blocked_hosts = config.blocked_hostnames;
    options.guard.blocked_suffixes = config.blocked_hostname_suffixes;
    options.guard.allowed_networks = config.allowed_networks;
    options.guard.syntax_only = config.skip_ssrf_validation;
    options.secrets = config.webhook_secrets;
    DeliveryDefaults& defaults = options.defaults;
    set_tries(defaults.start, config.webhook_start_retries, config.webhook_start_retry_delay);
    set_tries(defaults.other, config.webhook_retries, config.webhook_retry_delay);
    options.defaults.timeout = config.webhook_timeout;
    options.starts_max = config.webhook_concurrency;
    options.per_target_max = config.webhook_host_limit;
    options.retention = retention_options(config);
    return options;
}

Tracer::Options tracer_options(const TraceSettings& settings)
{
    Tracer::Options options;
    options.url = traces_url(settings);
    options.headers = settings.headers;
    options.source = {settings.service_name, std::string(version()), process_name()};
    options.sampler = sampler_of(settings);
    return options;
}

Jobs::Options jobs_options(const Config& config)
{
    Jobs::Options options;
    options.log_directory = config.data_directory + "/logs";
    options.secrets_directory = config.secrets_directory;
    options.log_store = config.cluster.log_store;
    return options;
}

} // namespace

Result<std::unique_ptr<App>>
App::open(asio::any_io_executor executor, const Config& config, const LogHub& logs)
{
    StoreMetrics::Limits limits;
    limits.slow_after = config.slow_query;
    auto metrics = std::make_unique<ProcessMetrics>(limits);
    Result<Database> database = open_database(executor, config, logs, &metrics->meter);
    if (!database)
        return database.error();
    return std::make_unique<App>(executor, config, logs, std::move(metrics), *std::move(database));
}

App::App(
    asio::any_io_executor executor, const Config& config, const LogHub& logs,
    std::unique_ptr<ProcessMetrics> metrics, Database database
)
    : config_(config),
      logs_(logs),
      threads_(executor, "files", threads_count),
      metrics_(std::move(metrics)),
      database_(std::move(database)),
      engine_(executor, *database_.store, engine_options(config_), log("engine")),
      storage_(executor, config_, threads_, log("blob")),
      sweeper_(executor, *database_.store, storage_.blobs(), log("batch")),
      jobs_(engine_, storage_.blobs(), sweeper_, threads_, jobs_options(config_)),
      scope_(executor, log("app"))
{
    engine_.on_changes([this](const Changes& changes) { sweeper_.changed(changes); });
}

App::~App() = default;

Async<Result<void>> App::start()
{
    if (started_)
        co_return Result<void>();
    Result<void> ready = co_await engine_.start();
    if (!ready)
        co_return ready;
    started_ = true;
    scope_.spawn(sweeper_.run());
    co_return ready;
}

Result<DatumExecutor*> App::datums()
{
    if (datums_)
        return &*datums_;
    Result<WorkPlace> place = WorkPlace::make(
        {config_, nullptr}, threads_, storage_.blobs(), engine_.clock(), log("batch")
    );
    if (!place)
        return place.error();
    place_.emplace(*std::move(place));
    datums_.emplace(scope_.executor(), *database_.store, sweeper_, place_->runner());
    return &*datums_;
}

Async<Result<void>> App::open_cluster()
{
    const Supervision::Parts parts{
        scope_.executor(), engine_, config_, threads_, log("kubernetes")};
    Result<std::unique_ptr<Supervision>> opened = co_await Supervision::open(parts);
    if (!opened)
        co_return opened.error();
    supervision_ = std::move(*opened);
    storage_.use_secrets_of(supervision_->cluster());
    Jobs::OnCluster cluster;
    cluster.name_space = supervision_->cluster().name_space();
    cluster.trouble = [this] { return supervision_->trouble(); };
    jobs_.run_on_cluster(std::move(cluster));
    co_return Result<void>();
}

Result<TaskService*> App::task_service()
{
    if (task_service_)
        return task_service_.get();
    TaskService::Options options = task_service_options(config_);
    options.tracer = tracer();
    Result<std::unique_ptr<TaskService>> service =
        TaskService::make(scope_.executor(), engine_, *metrics_, std::move(options), log("tasks"));
    if (!service)
        return service.error();
    task_service_ = *std::move(service);
    return task_service_.get();
}

Tracer* App::tracer()
{
    if (!tracer_ && !traces_url(config_.traces).empty()) {
        tracer_.emplace(scope_.executor(), tracer_options(config_.traces), random_, log("traces"));
        tracer_->start();
    }
    return tracer_ ? &*tracer_ : nullptr;
}

Async<void> App::drain(std::chrono::steady_clock::duration grace)
{
    if (!started_ || drained_)
        co_return;
    drained_ = true;
    const auto deadline = std::chrono::steady_clock::now() + grace;
    engine_.close(); // before the first wait: nothing is begun that would be handed back
    if (supervision_) {
        co_await storage_.leave_cluster();
        co_await supervision_->stop();
    }
    if (task_service_)
        co_await task_service_->drain(grace);
    co_await engine_.stop(deadline - std::chrono::steady_clock::now());
}

Async<void> App::stop(std::chrono::steady_clock::duration grace)
{
    if (!started_)
        co_return;
    co_await drain(grace);
    started_ = false;
    if (task_service_)
        co_await task_service_->stop(std::chrono::seconds(0));
    if (tracer_)
        co_await tracer_->stop(trace_patience);
    sweeper_.stop();
    co_await scope_.join();
    // What the last attempts left in an egress must not stay there until somebody starts again.
    const Result<std::size_t> swept = co_await sweeper_.run_once();
    if (!swept)
        log("batch").warn("{}", swept.error().detail);
}

} // namespace sluice
