// SPDX-License-Identifier: Apache-2.0
#include "batch/datum_runner.h"

#include "async/alongside.h"
#include "async/with_stop.h"
#include "base/os.h"
#include "batch/attempt_logs.h"
#include "batch/blob_stores.h"
#include "batch/command_env.h"
#include "batch/datum_outcomes.h"
#include "batch/prefetch_limit.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace sluice {

namespace {

ImagePull image_pull(const Transform& transform)
{
    switch (transform.image_pull_policy.value_or(ImagePullPolicy::if_not_present)) {
    case ImagePullPolicy::always:
        return ImagePull::always;
    case ImagePullPolicy::never:
        return ImagePull::never;
    case ImagePullPolicy::if_not_present:
        break;
    }
    return ImagePull::if_not_present;
}

std::string result_json(std::string_view output_tail)
{
    Json result = Json::object();
    result["output"] = output_tail;
    return dump_json(result);
}

// Of an attempt, among those of this process.
std::string name_of(const DatumWork& work)
{
    return fmt::format("{}.{}", work.datum_id, work.attempt);
}

const ClockSource& machine_clock()
{
    static const SystemClockSource clock;
    return clock;
}

Result<void> make_parent(const std::string& path)
{
    std::error_code problem;
    const auto parent = std::filesystem::path(path).parent_path();
    std::filesystem::create_directories(parent, problem);
    if (problem)
        return os_error("create", parent.string(), problem.value());
    return {};
}

} // namespace

std::vector<std::string> process_environment()
{
    std::vector<std::string> env;
    for (const char* name : {"PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ"})
        if (const char* value = std::getenv(name))
            env.push_back(fmt::format("{}={}", name, value));
    if (!std::getenv("PATH"))
        env.emplace_back("PATH=/usr/local/bin:/usr/bin:/bin");
    return env;
}

DatumRunner::DatumRunner(
    JobBlobs& blobs, CommandRunner& commands, WorkerThreads& threads, Options options, Log log
)
    : blobs_(blobs),
      commands_(commands),
      threads_(threads),
      options_(std::move(options)),
      log_(std::move(log))
{
    if (!options_.clock)
        options_.clock = &machine_clock();
}

std::unique_ptr<AttemptPlace> DatumRunner::place_of(const DatumWork& work)
{
    if (options_.make_place)
        return options_.make_place(work);
    return std::make_unique<WorkDir>(
        threads_, fmt::format("{}/{}", options_.work_directory, name_of(work))
    );
}

Async<Outcome> DatumRunner::run(const DatumWork& work, DatumChannel& channel, Stop& stop)
{
    const std::unique_ptr<AttemptPlace> place = place_of(work);
    Outcome outcome = co_await run_in(*place, work, channel, stop);
    co_await tidy_up(*place, work);
    co_return outcome;
}

Async<Outcome>
DatumRunner::run_in(AttemptPlace& place, const DatumWork& work, DatumChannel& channel, Stop& stop)
{
    if (stop.requested())
        co_return stopped();
    if (!prefetched_.contains(name_of(work))) {
        const Result<void> laid_out = co_await lay_out(place, work, nullptr);
        if (!laid_out)
            co_return failed(FailureKind::start, laid_out.error().detail);
    }
    const Result<void> entered = co_await place.enter();
    if (!entered)
        co_return failed(FailureKind::start, entered.error().detail);
    const Result<Command> command = co_await command_for(place, work);
    if (!command)
        co_return failed(FailureKind::start, command.error().detail);
    if (stop.requested())
        co_return stopped();

    const std::optional<Result<CommandEnd>> end = co_await run_command(*command, stop);
    if (!end)
        co_return stopped();
    if (!*end)
        co_return failed(FailureKind::start, end->error().detail);
    const CommandEnd& ended = **end;
    if (!ended.log_problem.empty())
        log_.warn("datum {}: its log is not complete: {}", work.datum_id, ended.log_problem);
    std::string result = result_json(ended.output_tail);
    const bool not_started = ended.kind == EndKind::not_started;
    if (!ended.succeeded())
        co_return failed(
            not_started ? FailureKind::start : FailureKind::reported, ended.error, std::move(result)
        );
    if (stop.requested())
        co_return stopped();

    std::optional<Outcome> not_delivered = co_await deliver(place, work, channel, stop);
    Outcome outcome = not_delivered ? std::move(*not_delivered) : Outcome();
    if (outcome.kind != Outcome::Kind::returned)
        outcome.result = std::move(result);
    co_return outcome;
}

// Nothing: it was stopped.
Async<std::optional<Result<CommandEnd>>>
DatumRunner::run_command(const Command& command, Stop& stop)
{
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    StopEvent event(executor);
    const ForwardedStop forwarded(stop, event);
    co_return co_await with_stop(commands_.run(command), event);
}

Async<Result<void>>
DatumRunner::lay_out(AttemptPlace& place, const DatumWork& work, StopEvent* stop)
{
    const Result<void> removed = co_await place.remove(); // a process before us may have died
    if (!removed)
        co_return removed.error();
    std::vector<WorkInput> inputs;
    for (const InputFile& file : work.inputs) {
        const Result<ObjectUri> uri = parse_uri(file.uri);
        if (!uri)
            co_return uri.error();
        inputs.push_back({blob_place(*uri), "/pfs/" + file.local_path});
    }
    // Without a namespace of its own the command could write to the very object.
    TransferOptions options;
    options.stop = stop;
    if (options_.isolation == Isolation::none)
        options.mode = FetchMode::own_copy;
    const Result<std::shared_ptr<BlobStore>> blobs = co_await blobs_.of(*work.pipeline);
    if (!blobs)
        co_return blobs.error();
    const Result<void> filled = co_await place.fill(**blobs, std::move(inputs), options);
    co_return filled;
}

Async<Result<Command>> DatumRunner::command_for(const AttemptPlace& place, const DatumWork& work)
{
    const Pipeline& pipeline = *work.pipeline;
    Command command;
    command.log_file = attempt_log_path(
        options_.log_directory, AttemptLogName{work.job_id, work.datum_id, work.attempt}
    );
    auto prepare = [&]() -> Result<std::map<std::string, std::string>> {
        if (const Result<void> made = make_parent(command.log_file); !made)
            return made.error();
        if (options_.secrets == Secrets::base_env)
            return secrets_in(options_.base_env, pipeline.transform);
        auto secrets = read_secrets(pipeline.transform, options_.secrets_directory);
        if (!secrets)
            return to_error(secrets.error());
        return std::move(*secrets);
    };
    const auto secrets = co_await threads_.run(std::move(prepare));
    if (!secrets)
        co_return secrets.error();

    command.argv = pipeline.transform.cmd;
    const CommandPlace where{options_.node_name, options_.pod_name};
    command.env = command_env(options_.base_env, *secrets, work, where);
    command.working_directory = work.directory;
    if (command.working_directory.empty())
        command.working_directory = options_.command_directory.value_or(place.scratch());
    command.pfs = place.pfs();
    command.scratch = place.scratch();
    command.grace = options_.grace;
    command.isolation = options_.isolation;
    command.forward = options_.forward;
    command.name = fmt::format("sluice-{}-{}", work.datum_id, work.attempt);
    command.image = pipeline.transform.image;
    command.pull = image_pull(pipeline.transform);
    command.memory_bytes = static_cast<std::uint64_t>(pipeline.resource_requests.memory.amount);
    command.cpus = static_cast<double>(pipeline.resource_requests.cpu.amount) / 1000;
    co_return command;
}

Async<Result<void>> DatumRunner::prefetch(const DatumWork& work)
{
    const std::unique_ptr<AttemptPlace> place = place_of(work);
    const Result<void> laid_out = co_await lay_out_ahead(*place, work);
    if (laid_out)
        prefetched_.insert(name_of(work));
    else
        co_await tidy_up(*place, work);
    co_return laid_out;
}

Async<Result<void>> DatumRunner::lay_out_ahead(AttemptPlace& place, const DatumWork& work)
{
    const Error too_large{
        Errc::overloaded, fmt::format(
                              "datum {}: its inputs take more than the {} bytes for prefetching",
                              work.datum_id, options_.prefetch_bytes_max
                          )};
    if (options_.prefetch_bytes_max == 0)
        co_return too_large;
    PrefetchLimit::Options options;
    options.bytes_max = options_.prefetch_bytes_max;
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    PrefetchLimit limit(executor, threads_, place.input_directory(), options);
    const Result<void> laid_out =
        co_await alongside(lay_out(place, work, &limit.stop()), limit.run());
    const bool is_passed = co_await limit.is_passed();
    if (is_passed)
        co_return too_large;
    co_return laid_out;
}

Async<void> DatumRunner::discard(const DatumWork& work)
{
    const std::unique_ptr<AttemptPlace> place = place_of(work);
    co_await tidy_up(*place, work);
}

Async<void> DatumRunner::tidy_up(AttemptPlace& place, const DatumWork& work)
{
    prefetched_.erase(name_of(work));
    const Result<void> removed = co_await place.remove();
    if (!removed)
        log_.warn("datum {}: {}", work.datum_id, removed.error().detail);
}

} // namespace sluice
