// SPDX-License-Identifier: Apache-2.0
#include "batch/datum_executor.h"

#include "model/datum_payload.h"
#include "store/store.h"

namespace sluice {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds pause_first{50};
constexpr std::chrono::milliseconds pause_max{2000};
constexpr auto patience = 5min; // how long a database or a path may be away

// Growing pauses between attempts, until patience ends.
class Pauses {
public:
    bool over() const { return std::chrono::steady_clock::now() >= end_; }

    Async<void> next()
    {
        const auto pause = std::exchange(pause_, std::min(pause_ * 2, pause_max));
        co_await sleep_for(pause);
    }

private:
    std::chrono::milliseconds pause_ = pause_first;
    std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + patience;
};

class StoreChannel final : public DatumChannel {
public:
    // What the channel works with; it outlives the channel.
    struct Parts {
        Store& store;
        OutputSweeper& sweeper;
        const ClockSource& clock;
    };

    StoreChannel(Parts parts, const Leased& task, const Stop& stop)
        : store_(parts.store),
          sweeper_(parts.sweeper),
          clock_(parts.clock),
          task_(task),
          stop_(stop)
    {}

    Async<Result<Leave>> register_outputs(std::vector<std::string> paths) override
    {
        RegisterOutputs request;
        request.task = task_.task;
        request.run = task_.run;
        request.attempt = task_.attempt;
        request.paths = std::move(paths);
        request.leave = upload_leave;
        const Micros asked_at = clock_.since_boot();
        const auto registered =
            co_await sluice::register_outputs(store_, sweeper_, std::move(request), stop_);
        if (!registered)
            co_return registered.error();
        co_return counted_from(asked_at, registered->leave);
    }

    Async<Result<Leave>> extend_leave() override
    {
        ExtendLeave request;
        request.task = task_.task;
        request.run = task_.run;
        request.attempt = task_.attempt;
        request.leave = upload_leave;
        const Micros asked_at = clock_.since_boot();
        const Result<Micros> extended = co_await store_.extend_leave(std::move(request));
        if (!extended)
            co_return extended.error();
        co_return counted_from(asked_at, *extended);
    }

    Async<Result<void>> outputs_uploaded(std::vector<std::string> paths) override
    {
        OutputsUploaded request;
        request.task = task_.task;
        request.run = task_.run;
        request.attempt = task_.attempt;
        request.paths = std::move(paths);
        Pauses pauses;
        for (;;) {
            OutputsUploaded again = request;
            const Result<bool> told = co_await store_.outputs_uploaded(std::move(again));
            if (told)
                co_return Result<void>();
            if (!is_retryable(told.error().code) || pauses.over() || stop_.requested())
                co_return told.error();
            co_await pauses.next();
        }
    }

private:
    static Leave counted_from(Micros asked_at, Micros length)
    {
        Leave leave;
        if (length > Micros(0))
            leave.until = asked_at + length;
        return leave;
    }

    Store& store_;
    OutputSweeper& sweeper_;
    const ClockSource& clock_;
    const Leased& task_;
    const Stop& stop_;
};

Outcome start_failure(const Error& error)
{
    Outcome outcome;
    outcome.kind = Outcome::Kind::failed;
    outcome.failure = FailureKind::start;
    outcome.error = error.detail;
    return outcome;
}

// The attempt of a task that is under way, until the end of its frame.
class Running {
public:
    Running(std::set<TaskId>& running, TaskId task, Signal& ended)
        : running_(running), task_(task), ended_(ended)
    {}
    ~Running()
    {
        running_.erase(task_);
        ended_.notify();
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

private:
    std::set<TaskId>& running_;
    TaskId task_;
    Signal& ended_;
};

Result<std::vector<InputFile>> inputs_of(const Leased& task)
{
    const Result<Json> payload = parse_json(task.payload);
    if (!payload)
        return Error{Errc::corrupt, "the stored input files of a datum cannot be read"};
    return read_datum_payload(*payload);
}

} // namespace

Async<Result<OutputsRegistered>>
register_outputs(Store& store, OutputSweeper& sweeper, RegisterOutputs request, const Stop& stop)
{
    Pauses pauses;
    const auto begun = std::chrono::steady_clock::now();
    Micros waited{0}; // before the request that is answered
    for (;;) {
        RegisterOutputs again = request;
        Result<OutputsRegistered> reply = co_await store.register_outputs(std::move(again));
        if (reply && reply->stale.empty() && reply->leave > Micros(0))
            reply->leave += waited;
        if (reply && reply->stale.empty())
            co_return std::move(*reply);
        if (!reply && !is_retryable(reply.error().code))
            co_return reply.error();
        const bool is_over = pauses.over() || stop.requested();
        if (is_over && !reply)
            co_return reply.error();
        if (is_over)
            co_return Error{
                Errc::unavailable,
                "the outputs of an earlier attempt could not be removed in time"};
        const Result<std::size_t> removed = co_await sweeper.run_once();
        const bool went_on = removed && *removed > 0;
        if (!went_on)
            co_await pauses.next();
        waited = std::chrono::duration_cast<Micros>(std::chrono::steady_clock::now() - begun);
    }
}

DatumExecutor::DatumExecutor(
    asio::any_io_executor executor, Store& store, OutputSweeper& sweeper, DatumRunner& runner
)
    : store_(store), sweeper_(sweeper), runner_(runner), facts_(store), ended_(executor)
{}

Async<Outcome> DatumExecutor::execute(const Leased& task, Stop& stop)
{
    // Uploads of an attempt that has lost its lease may still be under way here.
    while (running_.contains(task.task) && !stop.requested())
        co_await ended_.wait();
    if (!running_.insert(task.task).second) {
        Outcome outcome;
        outcome.kind = Outcome::Kind::returned;
        outcome.error = "stopped";
        co_return outcome;
    }
    const Running running(running_, task.task, ended_);
    co_return co_await run(task, stop);
}

Async<Outcome> DatumExecutor::run(const Leased& task, Stop& stop)
{
    Result<std::vector<InputFile>> inputs = inputs_of(task);
    if (!inputs)
        co_return start_failure(inputs.error());
    Result<std::shared_ptr<const JobFacts>> facts = co_await facts_.of(task.run);
    Pauses pauses;
    while (!facts && is_retryable(facts.error().code) && !stop.requested() && !pauses.over()) {
        co_await pauses.next();
        Result<std::shared_ptr<const JobFacts>> again = co_await facts_.of(task.run);
        facts = std::move(again);
    }
    if (!facts)
        co_return start_failure(facts.error());

    const JobFacts& job = **facts;
    DatumWork work;
    work.job_id = job.id;
    work.job_name = job.name;
    work.datum_id = format_uid(store_.uid(UidKind::task, job.created_at, task.task.value));
    work.attempt = task.attempt;
    work.pipeline = job.pipeline;
    work.directory = job.directory;
    work.inputs = std::move(*inputs);
    StoreChannel channel({store_, sweeper_, runner_.clock()}, task, stop);
    co_return co_await runner_.run(work, channel, stop);
}

} // namespace sluice
