// SPDX-License-Identifier: Apache-2.0
#include "api/server.h"
#include "app/app.h"
#include "app/bootstrap_key.h"
#include "app/idle_variables.h"
#include "app/process_limits.h"
#include "app/version.h"
#include "async/interrupts.h"
#include "batch/local_workers.h"
#include "cli/cli_command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/foreground.h"
#include "cli/output.h"
#include "tasks/task_service.h"

#include <thread>

namespace sluice {

namespace {

constexpr std::chrono::seconds request_patience{5}; // for requests under way at the end

struct ServeOptions {
    bool insecure = false;
};

std::optional<RateLimit::Options> rate_limit(const Config& config)
{
    if (config.rate_limit == 0)
        return std::nullopt;
    const std::size_t twice = 2 * config.rate_limit;
    const std::size_t burst = config.rate_limit_burst == 0 ? twice : config.rate_limit_burst;
    RateLimit::Options options;
    options.requests = static_cast<std::uint32_t>(config.rate_limit);
    options.burst = static_cast<std::uint32_t>(burst);
    return options;
}

ApiServer::Options api_options(const ServeOptions& given, const Config& config)
{
    ApiServer::Options options;
    options.version = version();
    options.exposure =
        given.insecure ? ApiServer::Exposure::insecure : ApiServer::Exposure::guarded;
    options.pages = config.pages;
    options.limits.connections_max = config.connections_max;
    options.submission_bytes_max = config.body_bytes_max;
    options.breaker.is_on = config.store_breaker;
    options.breaker.limits.failures_max = static_cast<int>(config.store_breaker_failures);
    options.breaker.limits.pause = std::chrono::seconds(config.store_breaker_pause_secs);
    options.rate_limit = rate_limit(config);
    options.advertise_url = config.cluster.advertise_url;
    return options;
}

std::size_t worker_count(const Config& config)
{
    const std::size_t processors = std::max(1u, std::thread::hardware_concurrency());
    return config.workers.value_or(processors);
}

// Whoever comes from Task Runner learns which of its settings do nothing here.
void report_idle_variables(const App& app)
{
    const Log log = app.log("config");
    const std::vector<std::string> names = environment_names();
    for (const std::string& sentence : idle_variables(app.config(), names))
        log.warn("{}", sentence);
}

Async<Result<void>> start_local_workers(App& app, LocalWorkers& workers)
{
    if (worker_count(app.config()) == 0)
        co_return Result<void>();
    const Result<DatumExecutor*> executor = app.datums();
    if (!executor)
        co_return executor.error();
    Dispatcher::Options options = workers.dispatcher();
    const Result<Dispatcher*> dispatcher =
        co_await app.engine().serve(std::move(options), **executor);
    if (!dispatcher)
        co_return dispatcher.error();
    co_return Result<void>();
}

// Where pods reach this server.
std::string server_url(const App& app, const ListenAddress& heard)
{
    const std::string& told = app.config().host_url;
    return told.empty() ? "http://" + format_address(heard) : told;
}

// Who runs datums: the pods of their jobs, or this process.
Async<Result<void>> start_workers(App& app, LocalWorkers& workers, ListenAddress heard)
{
    if (!app.supervision())
        co_return co_await start_local_workers(app, workers);
    app.supervision()->start(server_url(app, heard));
    co_return Result<void>();
}

Async<Result<int>>
serve_with(App& app, TaskService& service, ApiServer& server, Interrupts& interrupts)
{
    const ListenAddress& address = app.config().listen;
    const Result<std::uint16_t> port = co_await server.start(address.host, address.port);
    if (!port)
        co_return port.error();
    LocalWorkers workers(app.engine().store(), worker_count(app.config())); // until app.stop()
    const ListenAddress heard{address.host, *port};
    Result<void> working = co_await start_workers(app, workers, heard);
    if (working) {
        std::string host_url = server_url(app, heard);
        std::function<bool()> needs_token = [&server] { return server.requires_keys(); };
        Result<void> sending = co_await service.start(std::move(host_url), std::move(needs_token));
        working = sending;
    }
    if (working) {
        print("sluice is listening on http://" + format_address(heard));
        std::fflush(stdout);
        co_await interrupts.wait();
    }
    server.drain(); // what runs here and elsewhere is still reported while it ends
    co_await app.drain(app.config().grace);
    co_await server.stop(request_patience);
    co_await app.stop(app.config().grace);
    if (!working)
        co_return working.error();
    co_return exit_code::success;
}

Async<Result<int>> serve(Context& context, App& app, std::shared_ptr<const ServeOptions> options)
{
    Interrupts interrupts(context.loop.get_executor());
    raise_file_limit();
    report_idle_variables(app);
    const Result<void> started = co_await app.start();
    if (!started)
        co_return started.error();
    const Result<void> keyed = co_await ensure_bootstrap_key(
        app.engine().store(), app.config().cluster.bootstrap_key, app.log("api")
    );
    if (!keyed)
        co_return keyed.error();
    const Result<TaskService*> service = app.task_service();
    if (!service)
        co_return service.error();
    if (server_runner(app.config(), environment_variable) == RunnerKind::kubernetes) {
        const Result<void> reached = co_await app.open_cluster();
        if (!reached)
            co_return reached.error();
    }
    const ApiServer::Parts parts{app.engine(), app.jobs(), **service, app.threads(), app.tracer()};
    ApiServer::Options api = api_options(*options, app.config());
    ApiServer server(context.loop.get_executor(), parts, std::move(api), app.log("api"));
    Result<int> code = co_await serve_with(app, **service, server, interrupts);
    co_return code;
}

} // namespace

void add_serve(CliCommand& root)
{
    CliCommand command = root.add("serve");
    const auto options = std::make_shared<ServeOptions>();
    command.flag(
        "--insecure", options->insecure,
        "serve other machines although there are no API keys: everybody may run commands here"
    );
    command.takes(
        {"listen",
         "workers",
         "executor",
         "isolation",
         "data_dir",
         "secrets_dir",
         "grace",
         "host_url",
         "skip_ssrf_validation",
         "blocked_hostnames",
         "blocked_hostname_suffixes",
         "allowed_networks",
         "webhook_secrets",
         "webhook_concurrency",
         "webhook_host_limit",
         "webhook_start_retries",
         "webhook_retries",
         "webhook_start_retry_delay_ms",
         "webhook_retry_delay_ms",
         "webhook_timeout",
         "connections_max",
         "body_bytes_max",
         "slow_query_ms",
         "store_breaker",
         "store_breaker_failures",
         "store_breaker_pause_secs",
         "page_size",
         "page_size_max",
         "dead_end_cancel",
         "rate_limit",
         "rate_limit_burst",
         "tracing",
         "otlp_endpoint",
         "otlp_traces_endpoint",
         "otlp_headers",
         "service_name",
         "trace_sampler",
         "trace_ratio"}
    );
    command.takes(
        {"retention", "retention_days", "retention_deleted_days", "retention_interval",
         "retention_batch_size", "audit_days"}
    );
    command.takes(
        {"kube_url", "kube_context", "kube_namespace", "worker_image", "worker_image_pull_policy",
         "advertise_url", "kube_ttl", "job_start_timeout", "kube_trouble_after", "pfs_medium",
         "pfs_size", "scratch_medium", "scratch_size", "prefetch_max", "transfers_max",
         "transfers_host_max", "log_store", "bootstrap_key"}
    );
    command.runs(
        on_app([options](Context& context, App& app) { return serve(context, app, options); }),
        OldNames::accepted
    );
}

} // namespace sluice
