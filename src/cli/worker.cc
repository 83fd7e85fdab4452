// SPDX-License-Identifier: Apache-2.0
#include "api/remote_worker.h"
#include "app/job_storage.h"
#include "app/work_place.h"
#include "async/interrupts.h"
#include "cli/cli_command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/worker_install.h"
#include "store/store_clock.h"

#include <cstdio>

namespace sluice {

namespace {

constexpr std::size_t threads_count = 4;

struct WorkerOptions {
    std::string job;
    bool prefetch = false;
    std::string install; // a directory; empty: work
};

// This machine's time, for the log of attempts.
class WallClock final : public Clock {
public:
    Time now() const override { return source_.wall(); }

private:
    SystemClockSource source_;
};

// What commands print is also the worker's own output.
void forward(OutputStream stream, std::string_view bytes)
{
    std::FILE* const file = stream == OutputStream::out ? stdout : stderr;
    std::fwrite(bytes.data(), 1, bytes.size(), file);
    std::fflush(file);
}

RemoteWorker::Options options_of(const Context& context, const WorkerOptions& given)
{
    RemoteWorker::Options options;
    options.job = given.job;
    options.node_name = host_name();
    options.pod_name = process_name();
    options.prefetch = given.prefetch ? RemoteWorker::Prefetch::on : RemoteWorker::Prefetch::off;
    options.grace = context.config.grace;
    return options;
}

Async<void> stop_on_interrupt(Interrupts& interrupts, RemoteWorker& worker)
{
    co_await interrupts.wait();
    worker.stop();
}

Async<Result<int>> work(Context& context, std::shared_ptr<const WorkerOptions> options)
{
    const asio::any_io_executor executor = context.loop.get_executor();
    const Config& config = context.config;
    if (config.server.empty())
        co_return Error{Errc::invalid, "--server: is required (or SLUICE_SERVER)"};
    ApiClient::Options client_options{config.server, config.key};
    Result<std::unique_ptr<ApiClient>> client = ApiClient::make(executor, client_options);
    if (!client)
        co_return client.error();

    const Log log = context.logs.component("worker");
    const WallClock clock;
    WorkerThreads threads(executor, "files", threads_count);
    JobStorage storage(executor, config, threads, log);
    Result<WorkPlace> place =
        WorkPlace::make({config, forward}, threads, storage.blobs(), clock, log);
    if (!place)
        co_return place.error();
    RemoteWorker worker(
        executor, **client, place->runner(), threads, options_of(context, *options), log
    );
    Interrupts interrupts(executor);
    TaskScope scope(executor, log);
    scope.spawn(stop_on_interrupt(interrupts, worker));
    print(fmt::format("worker {} takes datums from {}", process_name(), config.server));
    std::fflush(stdout);
    const Result<void> ended = co_await worker.run();
    scope.cancel();
    co_await scope.join();
    if (!ended)
        co_return ended.error();
    co_return exit_code::success;
}

Async<Result<int>> install(std::string target)
{
    const Result<std::string> source = worker_directory();
    if (!source)
        co_return source.error();
    const Result<void> installed = install_worker(*source, target);
    if (!installed)
        co_return installed.error();
    co_return exit_code::success;
}

} // namespace

void add_worker(CliCommand& root)
{
    CliCommand command = root.add("worker");
    const auto options = std::make_shared<WorkerOptions>();
    command.option("--job", options->job, "only datums of this job; ends with it");
    command.flag("--prefetch", options->prefetch, "fetch the next datum while one runs");
    command.option(
        "--install", options->install, "copy what a pod needs to run datums into this directory"
    );
    command.takes(
        {"executor", "isolation", "secrets_dir", "data_dir", "grace", "prefetch_max",
         "transfers_max", "transfers_host_max"}
    );
    command.runs([options](Context& context) {
        return options->install.empty() ? work(context, options) : install(options->install);
    });
}

} // namespace sluice
