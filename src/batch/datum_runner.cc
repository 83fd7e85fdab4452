// SPDX-License-Identifier: Apache-2.0
#include "batch/datum_runner.h"

#include "async/with_stop.h"
#include "base/os.h"
#include "batch/attempt_logs.h"
#include "batch/command_env.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace sluice {

namespace {

Outcome failure(FailureKind kind, std::string error, std::string result = {})
{
    Outcome outcome;
    outcome.kind = Outcome::Kind::failed;
    outcome.failure = kind;
    outcome.error = std::move(error);
    outcome.result = std::move(result);
    return outcome;
}

Outcome stopped()
{
    Outcome outcome;
    outcome.kind = Outcome::Kind::returned;
    outcome.error = "stopped";
    return outcome;
}

// Passes the request on to a race for as long as it lives.
class Forwarded {
public:
    Forwarded(Stop& stop, StopEvent& event) : stop_(stop)
    {
        stop.on_request([&event] { event.request(); });
    }
    ~Forwarded()
    {
        if (!stop_.requested())
            stop_.on_request(nullptr);
    }
    Forwarded(const Forwarded&) = delete;
    Forwarded& operator=(const Forwarded&) = delete;

private:
    Stop& stop_;
};

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
    BlobStores& blobs, CommandRunner& commands, WorkerThreads& threads, Options options, Log log
)
    : blobs_(blobs),
      commands_(commands),
      threads_(threads),
      options_(std::move(options)),
      log_(std::move(log))
{}

std::string DatumRunner::root_of(const DatumWork& work) const
{
    return fmt::format("{}/{}.{}", options_.work_directory, work.datum_id, work.attempt);
}

Async<Outcome> DatumRunner::run(const DatumWork& work, DatumChannel& channel, Stop& stop)
{
    WorkDir directory(threads_, root_of(work));
    Outcome outcome = co_await run_in(directory, work, channel, stop);
    co_await discard(work);
    co_return outcome;
}

Async<Outcome>
DatumRunner::run_in(WorkDir& directory, const DatumWork& work, DatumChannel& channel, Stop& stop)
{
    if (!prefetched_.contains(root_of(work))) {
        const Result<void> laid_out = co_await lay_out(directory, work);
        if (!laid_out)
            co_return failure(FailureKind::start, laid_out.error().detail);
    }
    const Result<Command> command = co_await command_for(directory, work);
    if (!command)
        co_return failure(FailureKind::start, command.error().detail);
    if (stop.requested())
        co_return stopped();

    const auto executor = co_await asio::this_coro::executor;
    StopEvent event(executor);
    const Forwarded forwarded(stop, event);
    const std::optional<Result<CommandEnd>> end =
        co_await with_stop(commands_.run(*command), event);
    if (!end)
        co_return stopped();
    if (!*end)
        co_return failure(FailureKind::start, end->error().detail);
    const CommandEnd& ended = **end;
    if (!ended.log_problem.empty())
        log_.warn("datum {}: its log is not complete: {}", work.datum_id, ended.log_problem);
    std::string result = result_json(ended.output_tail);
    const bool not_started = ended.kind == EndKind::not_started;
    if (!ended.succeeded())
        co_return failure(
            not_started ? FailureKind::start : FailureKind::reported, ended.error, std::move(result)
        );
    if (stop.requested())
        co_return stopped();

    const Result<void> delivered = co_await deliver(directory, work, channel);
    if (!delivered)
        co_return failure(FailureKind::reported, delivered.error().detail, std::move(result));
    Outcome done;
    done.result = std::move(result);
    co_return done;
}

Async<Result<void>> DatumRunner::lay_out(WorkDir& directory, const DatumWork& work)
{
    const Result<void> removed = co_await directory.remove(); // a process before us may have died
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
    FetchMode mode = FetchMode::may_share;
    if (options_.isolation == Isolation::none)
        mode = FetchMode::own_copy;
    co_return co_await directory.fill(blobs_, std::move(inputs), mode);
}

Async<Result<Command>> DatumRunner::command_for(const WorkDir& directory, const DatumWork& work)
{
    const Pipeline& pipeline = *work.pipeline;
    Command command;
    command.log_file = attempt_log_path(
        options_.log_directory, AttemptLogName{work.job_id, work.datum_id, work.attempt}
    );
    auto prepare = [&]() -> Result<std::map<std::string, std::string>> {
        if (const Result<void> made = make_parent(command.log_file); !made)
            return made.error();
        auto secrets = read_secrets(pipeline.transform, options_.secrets_directory);
        if (!secrets)
            return to_error(secrets.error());
        return std::move(*secrets);
    };
    const auto secrets = co_await threads_.run(std::move(prepare));
    if (!secrets)
        co_return secrets.error();

    command.argv = pipeline.transform.cmd;
    const CommandPlace place{options_.node_name, options_.pod_name};
    command.env = command_env(options_.base_env, *secrets, work, place);
    command.working_directory = work.directory;
    if (command.working_directory.empty())
        command.working_directory = directory.scratch();
    command.pfs = directory.pfs();
    command.scratch = directory.scratch();
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

Async<Result<void>>
DatumRunner::deliver(WorkDir& directory, const DatumWork& work, DatumChannel& channel)
{
    const Result<std::vector<OutputFile>> files = co_await directory.outputs();
    if (!files)
        co_return files.error();
    if (files->empty())
        co_return Result<void>();
    std::vector<std::string> paths;
    for (const OutputFile& file : *files)
        paths.push_back(file.path);
    std::vector<std::string> asked = paths;
    const Result<void> registered = co_await channel.register_outputs(std::move(asked));
    if (!registered)
        co_return registered.error();

    std::vector<Transfer> transfers;
    for (const OutputFile& file : *files)
        transfers.push_back({blob_below(work.pipeline->egress, file.path), file.file});
    const Result<void> uploaded = co_await blobs_.upload(std::move(transfers));
    const Result<void> told = co_await channel.outputs_uploaded(std::move(paths));
    if (!uploaded)
        co_return uploaded.error();
    co_return told;
}

Async<Result<void>> DatumRunner::prefetch(const DatumWork& work)
{
    WorkDir directory(threads_, root_of(work));
    const Result<void> laid_out = co_await lay_out(directory, work);
    if (laid_out)
        prefetched_.insert(root_of(work));
    co_return laid_out;
}

Async<void> DatumRunner::discard(const DatumWork& work)
{
    prefetched_.erase(root_of(work));
    WorkDir directory(threads_, root_of(work));
    const Result<void> removed = co_await directory.remove();
    if (!removed)
        log_.warn("datum {}: {}", work.datum_id, removed.error().detail);
}

} // namespace sluice
