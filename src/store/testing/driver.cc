// SPDX-License-Identifier: Apache-2.0
#include "store/testing/driver.h"

namespace sluice::testing {

Driver::Driver(asio::io_context& loop, const std::string& url, const ClockSource& clock)
    : loop_(loop), gate_(loop.get_executor())
{
    StoreOptions options;
    options.url = url;
    options.observer = &gate_;
    options.clock = &clock;
    Result<std::unique_ptr<Store>> opened = open_store(loop.get_executor(), options, Log());
    if (!opened)
        throw std::runtime_error(opened.error().detail);
    store_ = std::move(*opened);
    store_->on_changes([this](const Changes& changes) { changes_.push_back(changes); });
}

std::vector<Changes> Driver::take_changes()
{
    loop_.restart();
    while (loop_.poll_one() > 0) {
    }
    return std::exchange(changes_, {});
}

Async<Result<Submitted>> call(Store& store, Submit request)
{
    return store.submit(std::move(request));
}
Async<Result<Submitted>> call(Store& store, StageRun request)
{
    return store.stage_run(std::move(request));
}
Async<Result<std::vector<TaskId>>> call(Store& store, StageTasks request)
{
    return store.stage_tasks(std::move(request));
}
Async<Result<bool>> call(Store& store, StageLinks request)
{
    return store.stage_links(std::move(request));
}
Async<Result<Submitted>> call(Store& store, PublishRun request)
{
    return store.publish_run(std::move(request));
}
Async<Result<WorkerId>> call(Store& store, RegisterWorker request)
{
    return store.register_worker(std::move(request));
}
Async<Result<bool>> call(Store& store, ReleaseWorker request)
{
    return store.release_worker(std::move(request));
}
Async<Result<std::vector<Leased>>> call(Store& store, Claim request)
{
    return store.claim(std::move(request));
}
Async<Result<bool>> call(Store& store, Start request)
{
    return store.start(std::move(request));
}
Async<Result<Finished>> call(Store& store, Finish request)
{
    return store.finish(std::move(request));
}
Async<Result<bool>> call(Store& store, GiveBack request)
{
    return store.give_back(std::move(request));
}
Async<Result<std::vector<HeldLease>>> call(Store& store, Heartbeat request)
{
    return store.heartbeat(std::move(request));
}
Async<Result<Affected>> call(Store& store, Cancel request)
{
    return store.cancel(std::move(request));
}
Async<Result<Affected>> call(Store& store, Pause request)
{
    return store.pause(std::move(request));
}
Async<Result<Affected>> call(Store& store, Resume request)
{
    return store.resume(std::move(request));
}
Async<Result<Affected>> call(Store& store, RetryTasks request)
{
    return store.retry_tasks(std::move(request));
}
Async<Result<bool>> call(Store& store, DeleteRun request)
{
    return store.delete_run(std::move(request));
}
Async<Result<std::size_t>> call(Store& store, Tick request)
{
    return store.tick(std::move(request));
}
Async<Result<std::size_t>> call(Store& store, Expire request)
{
    return store.expire(std::move(request));
}
Async<Result<std::size_t>> call(Store& store, Rescue request)
{
    return store.rescue(std::move(request));
}
Async<Result<std::size_t>> call(Store& store, Sweep request)
{
    return store.sweep(std::move(request));
}
Async<Result<bool>> call(Store& store, CheckClock request)
{
    return store.check_clock(std::move(request));
}
Async<Result<OutputsRegistered>> call(Store& store, RegisterOutputs request)
{
    return store.register_outputs(std::move(request));
}
Async<Result<bool>> call(Store& store, OutputsUploaded request)
{
    return store.outputs_uploaded(std::move(request));
}
Async<Result<TakeDoomed::Reply>> call(Store& store, TakeDoomed request)
{
    return store.take_doomed(std::move(request));
}
Async<Result<bool>> call(Store& store, OutputsRemoved request)
{
    return store.outputs_removed(std::move(request));
}
Async<Result<KeyRow>> call(Store& store, CreateKey request)
{
    return store.create_key(std::move(request));
}
Async<Result<bool>> call(Store& store, RevokeKey request)
{
    return store.revoke_key(std::move(request));
}
Async<Result<bool>> call(Store& store, UpdateTask request)
{
    return store.update_task(std::move(request));
}
Async<Result<bool>> call(Store& store, AddCounts request)
{
    return store.add_counts(std::move(request));
}
Async<Result<std::vector<OwedDelivery>>> call(Store& store, TakeOwed request)
{
    return store.take_owed(std::move(request));
}
Async<Result<bool>> call(Store& store, EndTry request)
{
    return store.end_try(std::move(request));
}
Async<Result<std::size_t>> call(Store& store, SetRules request)
{
    return store.set_rules(std::move(request));
}
Async<Result<std::size_t>> call(Store& store, Settle request)
{
    return store.settle(std::move(request));
}
Async<Result<bool>> call(Store& store, HideTask request)
{
    return store.hide_task(std::move(request));
}
Async<Result<ScheduleRow>> call(Store& store, CreateSchedule request)
{
    return store.create_schedule(std::move(request));
}
Async<Result<ScheduleRow>> call(Store& store, ChangeSchedule request)
{
    return store.change_schedule(std::move(request));
}
Async<Result<bool>> call(Store& store, DeleteSchedule request)
{
    return store.delete_schedule(std::move(request));
}
Async<Result<std::vector<StoredSchedule>>> call(Store& store, TakeSchedules request)
{
    return store.take_schedules(std::move(request));
}
Async<Result<bool>> call(Store& store, SettleSchedule request)
{
    return store.settle_schedule(std::move(request));
}
Async<Result<bool>> call(Store& store, CountTickTry request)
{
    return store.count_tick_try(std::move(request));
}
Async<Result<RenewTriggers::Reply>> call(Store& store, RenewTriggers request)
{
    return store.renew_triggers(std::move(request));
}
Async<Result<bool>> call(Store& store, RecordEvent request)
{
    return store.record_event(std::move(request));
}
Async<Result<PurgedBatches>> call(Store& store, PurgeBatches request)
{
    return store.purge_batches(std::move(request));
}
Async<Result<std::size_t>> call(Store& store, PurgeTasks request)
{
    return store.purge_tasks(std::move(request));
}
Async<Result<std::size_t>> call(Store& store, PruneEvents request)
{
    return store.prune_events(std::move(request));
}
Async<Result<Defined>> call(Store& store, Define request)
{
    return store.define(std::move(request));
}
Async<Result<DefinitionRow>> call(Store& store, Redefine request)
{
    return store.redefine(std::move(request));
}
Async<Result<bool>> call(Store& store, Undefine request)
{
    return store.undefine(std::move(request));
}
Async<Result<FollowRules::Reply>> call(Store& store, FollowRules request)
{
    return store.follow_rules(std::move(request));
}
Async<Result<DeclareWorkflows::Reply>> call(Store& store, DeclareWorkflows request)
{
    return store.declare_workflows(std::move(request));
}
Async<Result<bool>> call(Store& store, Defer request)
{
    return store.defer(std::move(request));
}
Async<Result<bool>> call(Store& store, DescribeWorker request)
{
    return store.describe_worker(std::move(request));
}
Async<Result<std::size_t>> call(Store& store, Abandon request)
{
    return store.abandon(std::move(request));
}
Async<Result<std::vector<LedJob>>> call(Store& store, TakeClusterJobs request)
{
    return store.take_cluster_jobs(std::move(request));
}
Async<Result<bool>> call(Store& store, NoteClusterJob request)
{
    return store.note_cluster_job(std::move(request));
}
Async<Result<bool>> call(Store& store, FailRun request)
{
    return store.fail_run(std::move(request));
}
Async<Result<std::size_t>> call(Store& store, EndWorker request)
{
    return store.end_worker(std::move(request));
}
Async<Result<Micros>> call(Store& store, ExtendLeave request)
{
    return store.extend_leave(std::move(request));
}
Async<Result<std::size_t>> call(Store& store, Redeliver request)
{
    return store.redeliver(std::move(request));
}

} // namespace sluice::testing
