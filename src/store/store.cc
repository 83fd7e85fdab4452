// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include "store/neighbours.h"
#include "store/reader_thread.h"
#include "store/writer.h"

#include <boost/asio/post.hpp>

namespace sluice {

namespace {

template <class Request, class... Others>
constexpr bool is_one_of = (std::is_same_v<Request, Others> || ...);

// Those whose outcome must be known to who asks: what a claim has leased is worked on, or given
// back. They wait for as long as it takes.
template <class Request>
constexpr bool must_be_known =
    is_one_of<Request, Claim, Start, Finish, GiveBack, Heartbeat, RegisterWorker, ReleaseWorker> ||
    is_one_of<Request, Tick, Expire, Rescue, Sweep, Settle, CheckClock, PurgeBatches, PurgeTasks> ||
    is_one_of<Request, RegisterOutputs, OutputsUploaded, TakeDoomed, OutputsRemoved> ||
    is_one_of<Request, TakeOwed, EndTry, TakeSchedules, SettleSchedule, PruneEvents, FollowRules> ||
    is_one_of<Request, CountTickTry, RenewTriggers, Defer, DescribeWorker, Abandon> ||
    is_one_of<Request, TakeClusterJobs, NoteClusterJob, FailRun, EndWorker>;

// The question of the watch.
class Question final : public ReadJob {
public:
    explicit Question(StoreWatch::Answered answered) : answered_(std::move(answered)) {}

    void read(Reads& reads) override
    {
        (void)reads.setting("health");
        answered_(true);
    }
    void fail(const Error&) override { answered_(false); }

private:
    StoreWatch::Answered answered_;
};

} // namespace

Store::Store(asio::any_io_executor executor, Parts parts, const ClockSource& clock, Log log)
    : executor_(executor),
      clock_(clock),
      uid_secret_(parts.uid_secret),
      handle_secret_(std::move(parts.handle_secret)),
      clock_is_remote_(parts.clock_is_remote),
      mailbox_(executor),
      neighbours_(std::move(parts.neighbours)),
      break_off_(std::move(parts.break_off))
{
    auto on_commit = [this](const Changes& changes) { committed(changes); };
    writer_ = std::make_unique<Writer>(
        executor, std::move(parts.writer), clock_, mailbox_, *neighbours_, uid_secret_,
        std::move(on_commit),
        Writer::Policy{
            .dead_end_cancel = parts.dead_end_cancel,
            .meter = parts.meter,
            .break_off = break_off_},
        log
    );
    for (std::unique_ptr<Session>& session : parts.readers)
        readers_.push_back(std::make_unique<ReaderThread>(std::move(session), mailbox_));
    StoreWatch::Ask ask;
    if (parts.probe) {
        probe_ = std::make_unique<ReaderThread>(std::move(parts.probe), mailbox_);
        ask = [this](StoreWatch::Answered answered) {
            const auto question = std::make_shared<Question>(std::move(answered));
            question->own(question);
            probe_->push(*question);
        };
    }
    watch_ = std::make_shared<StoreWatch>(executor, parts.silence, std::move(ask), std::move(log));
    neighbours_->listen([this](const Changes& changes) { news(changes); });
}

Store::~Store()
{
    watch_->close();
    neighbours_->listen({});
    writer_.reset();
    readers_.clear();
    probe_.reset();
}

template <class Request>
Async<Result<typename Request::Reply>> Store::perform(Request request)
{
    const auto operation = std::make_shared<Operation<Request>>(std::move(request));
    constexpr bool is_bulk =
        std::is_same_v<Request, Submit> || std::is_same_v<Request, StageTasks> ||
        std::is_same_v<Request, StageLinks> || std::is_same_v<Request, Sweep> ||
        std::is_same_v<Request, DeleteRun> || std::is_same_v<Request, PurgeBatches> ||
        std::is_same_v<Request, PurgeTasks> || std::is_same_v<Request, PruneEvents> ||
        std::is_same_v<Request, FollowRules>;
    operation->lane = is_bulk ? Lane::bulk : Lane::hot;
    if constexpr (must_be_known<Request>) {
        co_await wait_for(operation);
    } else {
        if (watch_->hangs())
            co_return no_answer();
        const StoreWatch::Wait wait(*watch_, *operation);
        co_await wait_for(operation);
        if (operation->is_given_up())
            co_return no_answer();
    }
    co_return std::move(operation->reply);
}

Async<void> Store::wait_for(std::shared_ptr<OperationBase> operation)
{
    co_await operation->park([this, &operation] {
        operation->own(operation);
        writer_->push(*operation);
    });
}

Async<void> Store::run_read_job(std::shared_ptr<ReadJob> job)
{
    if (watch_->hangs()) {
        job->fail(no_answer());
        co_return;
    }
    const StoreWatch::Wait wait(*watch_, *job);
    co_await job->park([this, &job] {
        job->own(job);
        if (readers_.empty())
            writer_->push(*job);
        else
            readers_[next_reader_++ % readers_.size()]->push(*job);
    });
}

void Store::committed(const Changes& changes)
{
    const bool names_some = !changes.ready_queues.empty() || !changes.final_runs.empty() ||
                            !changes.lost_leases.empty() || changes.cluster_jobs;
    if (changes.concerns_others() && (!changes.from_outside || names_some))
        neighbours_->announce(changes);
    publish(std::make_shared<const Changes>(changes));
}

void Store::news(const Changes& changes)
{
    writer_->forget();
    publish(std::make_shared<const Changes>(changes));
}

void Store::publish(std::shared_ptr<const Changes> changes)
{
    asio::post(executor_, [this, changes = std::move(changes)] {
        if (on_changes_)
            on_changes_(*changes);
    });
}

void Store::break_off()
{
    if (!break_off_)
        return;
    asio::post(executor_, [watch = watch_] { watch->close(); }); // it would ask on and on
    break_off_->give();
}

void Store::expect_call()
{
    writer_->expect_push();
}

void Store::tell_ends()
{
    writer_->tell_ends();
}

Micros Store::longest_group() const
{
    return writer_->longest_group();
}

std::size_t Store::queued() const
{
    return writer_->queued();
}

Store::Connections Store::connections() const
{
    Connections connections{1 + readers_.size(), writer_->is_idle() ? 1U : 0U};
    for (const std::unique_ptr<ReaderThread>& reader : readers_)
        if (reader->is_idle())
            ++connections.idle;
    return connections;
}

Micros Store::failing_for() const
{
    const std::optional<Micros> since = writer_->failing_since();
    return since ? clock_.source().since_boot() - *since : watch_->hangs_for();
}

void Store::forget_statistics()
{
    writer_->forget_statistics();
}

void Store::forget_queues()
{
    writer_->forget();
}

// The use cases, one line each: what they mean stands with their requests.
Async<Result<Submitted>> Store::submit(Submit request)
{
    return perform(std::move(request));
}
Async<Result<Submitted>> Store::stage_run(StageRun request)
{
    return perform(std::move(request));
}
Async<Result<std::vector<TaskId>>> Store::stage_tasks(StageTasks request)
{
    return perform(std::move(request));
}
Async<Result<bool>> Store::stage_links(StageLinks request)
{
    return perform(std::move(request));
}
Async<Result<Submitted>> Store::publish_run(PublishRun request)
{
    return perform(std::move(request));
}
Async<Result<std::vector<Leased>>> Store::claim(Claim request)
{
    return perform(std::move(request));
}
Async<Result<bool>> Store::start(Start request)
{
    return perform(std::move(request));
}
Async<Result<Finished>> Store::finish(Finish request)
{
    return perform(std::move(request));
}
Async<Result<bool>> Store::give_back(GiveBack request)
{
    return perform(std::move(request));
}
Async<Result<std::vector<HeldLease>>> Store::heartbeat(Heartbeat request)
{
    return perform(std::move(request));
}
Async<Result<Affected>> Store::cancel(Cancel request)
{
    return perform(std::move(request));
}
Async<Result<Affected>> Store::pause(Pause request)
{
    return perform(std::move(request));
}
Async<Result<Affected>> Store::resume(Resume request)
{
    return perform(std::move(request));
}
Async<Result<Affected>> Store::retry_tasks(RetryTasks request)
{
    return perform(std::move(request));
}
Async<Result<bool>> Store::delete_run(DeleteRun request)
{
    return perform(std::move(request));
}
Async<Result<std::size_t>> Store::tick(Tick request)
{
    return perform(std::move(request));
}
Async<Result<std::size_t>> Store::expire(Expire request)
{
    return perform(std::move(request));
}
Async<Result<std::size_t>> Store::rescue(Rescue request)
{
    return perform(std::move(request));
}
Async<Result<std::size_t>> Store::sweep(Sweep request)
{
    return perform(std::move(request));
}
Async<Result<std::size_t>> Store::settle(Settle request)
{
    return perform(std::move(request));
}
Async<Result<bool>> Store::check_clock(CheckClock request)
{
    return perform(std::move(request));
}
Async<Result<bool>> Store::outputs_uploaded(OutputsUploaded request)
{
    return perform(std::move(request));
}
Async<Result<TakeDoomed::Reply>> Store::take_doomed(TakeDoomed request)
{
    return perform(std::move(request));
}
Async<Result<bool>> Store::outputs_removed(OutputsRemoved request)
{
    return perform(std::move(request));
}
Async<Result<KeyRow>> Store::create_key(CreateKey request)
{
    return perform(std::move(request));
}
Async<Result<bool>> Store::revoke_key(RevokeKey request)
{
    return perform(std::move(request));
}
Async<Result<bool>> Store::update_task(UpdateTask request)
{
    return perform(std::move(request));
}
Async<Result<bool>> Store::add_counts(AddCounts request)
{
    return perform(std::move(request));
}
Async<Result<std::vector<OwedDelivery>>> Store::take_owed(TakeOwed request)
{
    return perform(std::move(request));
}
Async<Result<bool>> Store::end_try(EndTry request)
{
    return perform(std::move(request));
}
Async<Result<std::size_t>> Store::set_rules(SetRules request)
{
    return perform(std::move(request));
}

Async<Result<bool>> Store::hide_task(HideTask request)
{
    return perform(std::move(request));
}
Async<Result<ScheduleRow>> Store::create_schedule(CreateSchedule request)
{
    return perform(std::move(request));
}
Async<Result<ScheduleRow>> Store::change_schedule(ChangeSchedule request)
{
    return perform(std::move(request));
}
Async<Result<bool>> Store::delete_schedule(DeleteSchedule request)
{
    return perform(std::move(request));
}
Async<Result<std::vector<StoredSchedule>>> Store::take_schedules(TakeSchedules request)
{
    return perform(std::move(request));
}
Async<Result<bool>> Store::settle_schedule(SettleSchedule request)
{
    return perform(std::move(request));
}
Async<Result<bool>> Store::count_tick_try(CountTickTry request)
{
    return perform(std::move(request));
}
Async<Result<RenewTriggers::Reply>> Store::renew_triggers(RenewTriggers request)
{
    return perform(std::move(request));
}
Async<Result<bool>> Store::record_event(RecordEvent request)
{
    return perform(std::move(request));
}
Async<Result<PurgedBatches>> Store::purge_batches(PurgeBatches request)
{
    return perform(std::move(request));
}
Async<Result<std::size_t>> Store::purge_tasks(PurgeTasks request)
{
    return perform(std::move(request));
}
Async<Result<std::size_t>> Store::prune_events(PruneEvents request)
{
    return perform(std::move(request));
}
Async<Result<Defined>> Store::define(Define request)
{
    return perform(std::move(request));
}
Async<Result<DefinitionRow>> Store::redefine(Redefine request)
{
    return perform(std::move(request));
}
Async<Result<bool>> Store::undefine(Undefine request)
{
    return perform(std::move(request));
}
Async<Result<FollowRules::Reply>> Store::follow_rules(FollowRules request)
{
    return perform(std::move(request));
}
Async<Result<DeclareWorkflows::Reply>> Store::declare_workflows(DeclareWorkflows request)
{
    return perform(std::move(request));
}
Async<Result<bool>> Store::defer(Defer request)
{
    return perform(std::move(request));
}
Async<Result<bool>> Store::describe_worker(DescribeWorker request)
{
    return perform(std::move(request));
}
Async<Result<std::size_t>> Store::abandon(Abandon request)
{
    return perform(std::move(request));
}
Async<Result<std::vector<LedJob>>> Store::take_cluster_jobs(TakeClusterJobs request)
{
    return perform(std::move(request));
}
Async<Result<bool>> Store::note_cluster_job(NoteClusterJob request)
{
    return perform(std::move(request));
}
Async<Result<bool>> Store::fail_run(FailRun request)
{
    return perform(std::move(request));
}
Async<Result<std::size_t>> Store::end_worker(EndWorker request)
{
    return perform(std::move(request));
}
Async<Result<Micros>> Store::extend_leave(ExtendLeave request)
{
    return perform(std::move(request));
}
Async<Result<std::size_t>> Store::redeliver(Redeliver request)
{
    return perform(std::move(request));
}
Async<Result<OutputsRegistered>> Store::register_outputs(RegisterOutputs request)
{
    return perform(std::move(request));
}

Async<Result<WorkerId>> Store::register_worker(RegisterWorker request)
{
    return perform(std::move(request));
}

Async<Result<bool>> Store::release_worker(ReleaseWorker request)
{
    const WorkerId worker = request.worker;
    Result<bool> released = co_await perform(std::move(request));
    neighbours_->leave(worker);
    co_return released;
}

} // namespace sluice
