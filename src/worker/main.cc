// SPDX-License-Identifier: Apache-2.0
// sluice_worker JOB: the first program of a pod. It runs in the user's image with the libraries
// that it brings along (cmake/worker_dir.py), takes datums of the job from the server, and runs
// them as processes beside it.
#include "api/protocol.h"
#include "api/remote_worker.h"
#include "async/interrupts.h"
#include "async/run_main.h"
#include "batch/job_blobs.h"
#include "blob/bucket_client.h"
#include "exec/pod_dir.h"
#include "exec/process_runner.h"
#include "worker/pod_settings.h"
#include "worker/reaper.h"
#include "worker/scrub.h"
#include "worker/transfer_memory.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <unistd.h>

namespace sluice {

namespace {

constexpr std::size_t threads_count = 4;
// Not 0: a pod that ends well tells Kubernetes that the Job has no more work for others.
constexpr int code_of_stop = 128 + SIGTERM;
constexpr auto log_directory = "/sluice/logs";

// Kubernetes gives a pod 60 s: what runs may end, else its command is stopped, which takes 10 s
// when it does not want to, and the datum is given back.
constexpr std::chrono::seconds grace{42};

// This machine's time, for the log of attempts.
class WallClock final : public Clock {
public:
    Time now() const override { return source_.wall(); }

private:
    SystemClockSource source_;
};

int complain(const Error& error)
{
    std::fprintf(stderr, "error: %s\n", error.detail.c_str());
    return 1;
}

// What commands print is also the pod's output.
void forward(OutputStream stream, std::string_view bytes)
{
    std::FILE* const file = stream == OutputStream::out ? stdout : stderr;
    std::fwrite(bytes.data(), 1, bytes.size(), file);
    std::fflush(file);
}

DatumRunner::Options runner_options(const PodSettings& settings, WorkerThreads& threads)
{
    DatumRunner::Options options;
    options.log_directory = log_directory;
    options.node_name = settings.node_name;
    options.pod_name = settings.pod_name;
    options.base_env = settings.command_env;
    options.secrets = DatumRunner::Secrets::base_env;
    std::error_code unknown; // a directory that is gone: commands start where we are, all the same
    options.command_directory = std::filesystem::current_path(unknown);
    options.isolation = Isolation::none; // a pod is alone with its command
    options.forward = forward;
    options.prefetch_bytes_max = settings.prefetch_bytes_max;
    options.make_place = [&threads](const DatumWork& work) {
        return make_pod_place(
            threads, PodRoots(), fmt::format("{}.{}", work.datum_id, work.attempt)
        );
    };
    return options;
}

RemoteWorker::Options worker_options(const PodSettings& settings)
{
    RemoteWorker::Options options;
    options.job = settings.job;
    options.node_name = settings.node_name;
    options.pod_name = settings.pod_name;
    const bool prefetches = settings.prefetch_bytes_max > 0;
    options.prefetch = prefetches ? RemoteWorker::Prefetch::spare : RemoteWorker::Prefetch::off;
    options.grace = grace;
    return options;
}

struct Pod {
    asio::any_io_executor executor;
    const PodSettings& settings;
    std::string key;
    Log log;
    Interrupts& interrupts;
    bool is_stopped = false; // by a signal
};

Async<void> stop_on_interrupt(Pod& pod, RemoteWorker& worker)
{
    co_await pod.interrupts.wait();
    pod.is_stopped = true;
    worker.stop();
}

Async<int> work(Pod& pod)
{
    ApiClient::Options client_options;
    client_options.server = pod.settings.server;
    client_options.key = pod.key;
    client_options.ca_file = pod.settings.ca_file;
    Result<std::unique_ptr<ApiClient>> client =
        ApiClient::make(pod.executor, std::move(client_options));
    if (!client)
        co_return complain(client.error());

    const WallClock clock;
    WorkerThreads threads(pod.executor, "files", threads_count);
    BucketClient::Options bucket_options;
    bucket_options.ca_file = pod.settings.ca_file;
    bucket_options.limits.memory_bytes_max =
        transfer_memory(read_memory_limit(), bucket_options.limits.memory_bytes_max);
    BucketClient buckets(pod.executor, threads, std::move(bucket_options), pod.log);
    const std::unique_ptr<JobBlobs> blobs = make_job_blobs(
        {.executor = pod.executor,
         .threads = threads,
         .buckets = [&buckets] { return buckets.parts(); },
         .own = process_variables()}
    );
    const std::unique_ptr<CommandRunner> commands = make_process_runner(threads, clock);
    DatumRunner runner(*blobs, *commands, threads, runner_options(pod.settings, threads), pod.log);
    RemoteWorker worker(
        pod.executor, **client, runner, threads, worker_options(pod.settings), pod.log
    );
    TaskScope scope(pod.executor, pod.log);
    scope.spawn(stop_on_interrupt(pod, worker));
    if (::getpid() == 1)
        scope.spawn(reap_orphans());
    const Result<void> ended = co_await worker.run();
    scope.cancel();
    co_await scope.join();
    if (!ended)
        co_return complain(ended.error());
    co_return pod.is_stopped ? code_of_stop : 0;
}

// The levels may be meant for the command alone, in a form that is not ours.
LogHub logs_of(const PodSettings& settings)
{
    const Result<LogHub> logs = LogHub::make(settings.log);
    if (logs)
        return *logs;
    std::fprintf(stderr, "warning: SLUICE_LOG: %s\n", logs.error().detail.c_str());
    return LogHub::make("warn").value();
}

int run(const std::vector<std::string>& arguments)
{
    std::string key = take_secret_variable("SLUICE_KEY");
    forbid_inspection();
    const Result<PodSettings> settings = read_pod_settings(arguments, pod_variables());
    if (!settings)
        return complain(settings.error());
    // The image's configuration is for the image's OpenSSL, not for ours. Its commands do not get
    // this: their variables were read before.
    ::setenv("OPENSSL_CONF", "/dev/null", 1);
    if (const Result<void> cleared = clear_pod_places(PodRoots()); !cleared)
        return complain(cleared.error());
    const LogHub logs = logs_of(*settings);
    asio::io_context loop(1);
    int code = 0;
    {
        Interrupts interrupts(loop.get_executor());
        Pod pod{
            loop.get_executor(), *settings, std::move(key), logs.component("worker"), interrupts};
        code = run_main(loop, work(pod));
    }
    // The pod is deleted with its job, often just now: what has ended well is not to end by that.
    std::signal(SIGTERM, SIG_IGN);
    return code;
}

} // namespace

} // namespace sluice

int main(int argc, char** argv)
{
    try {
        const std::vector<std::string> arguments(argv + 1, argv + argc);
        if (arguments == std::vector<std::string>{"--version"}) {
            std::printf(
                "sluice_worker %s, protocol %s\n", SLUICE_VERSION,
                std::string(sluice::protocol_version).c_str()
            );
            return 0;
        }
        return sluice::run(arguments);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "error: internal error: %s\n", failure.what());
        return 1;
    }
}
