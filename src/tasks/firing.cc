// SPDX-License-Identifier: Apache-2.0
#include "tasks/firing.h"

#include "engine/outage.h"
#include "store/store.h"
#include "tasks/batch_plan.h"
#include "tasks/schedules.h"

#include <fmt/format.h>

namespace sluice {

namespace {

using MaybeTick = std::optional<SettleSchedule::Tick>;

MaybeTick tick_without_batch(Time at, TickOutcome outcome, std::string reason)
{
    return SettleSchedule::Tick{at, outcome, std::move(reason)};
}

} // namespace

Firing::Firing(const Parts& parts, StoredSchedule schedule)
    : parts_(parts), row_(std::move(schedule.row)), document_(std::move(schedule.document))
{}

Async<void> Firing::run()
{
    const std::optional<Plan> plan = read_plan();
    if (plan)
        co_await fire_all(*plan);
}

std::optional<Firing::Plan> Firing::read_plan() const
{
    Result<Json> document = parse_json(document_);
    Checked<ScheduleRequest> request = read_schedule_request(document ? *document : Json::object());
    if (!request) {
        parts_.log.warn(
            "schedule '{}' cannot be read: {}", row_.name, to_error(Refusal(request.error())).detail
        );
        return std::nullopt;
    }
    std::optional<Plan> plan;
    plan.emplace(std::move(*document), std::move(*request), std::vector<TaskRequest>());
    plan->tasks = read_task_requests(plan->document.at("tasks"), action_rules(parts_.guard));
    if (std::vector<Problem> problems =
            plan->tasks ? problems_of_ticks(*plan->tasks) : std::vector<Problem>();
        !problems.empty())
        plan->tasks = std::move(problems);
    return plan;
}

ScheduleMove Firing::move_to(Time settled, std::optional<Time> next_due) const
{
    return {row_.id, row_.version, row_.settled, settled, next_due};
}

Async<void> Firing::fire_all(const Plan& plan)
{
    const Schedule& timing = plan.request.timing;
    const Time now = parts_.store.clock().now();
    const Look look{row_.settled, now};
    const OwedTicks owed = owed_ticks(timing, row_.id, look, plan.request.catchup);
    const std::optional<Time> end =
        owed.next ? std::optional(due(timing, row_.id, *owed.next)) : std::nullopt;
    if (owed.fire.empty()) {
        const ScheduleMove move = move_to(owed.settled, end);
        MaybeTick none;
        co_await settle(move, std::move(none));
        co_return;
    }
    for (const Time& tick : owed.fire) {
        const bool is_last = &tick == &owed.fire.back();
        const bool goes_on = !is_last && parts_.spare > 0;
        if (goes_on)
            --parts_.spare;
        // Between two ticks it is in our hands still, unless the next one is not for this round.
        const Time soon = goes_on ? now + TakeSchedules{}.lease : now;
        const ScheduleMove move = move_to(tick, is_last ? end : soon);
        const bool done = co_await fire(plan, tick, move);
        if (!done || !goes_on)
            co_return;
    }
}

Async<bool> Firing::fire(const Plan& plan, Time tick, const ScheduleMove& move)
{
    Result<bool> is_live = false;
    if (plan.request.overlap != Overlap::allow)
        is_live = co_await is_last_batch_live();
    if (!is_live)
        co_return note(is_live.error());
    if (*is_live && plan.request.overlap == Overlap::skip) {
        const Uid batch = parts_.store.uid(UidKind::run, *row_.last_fired_at, row_.last_run.value);
        std::string reason = fmt::format("the batch {} is still running", format_uid(batch));
        MaybeTick skipped = tick_without_batch(tick, TickOutcome::skipped, std::move(reason));
        co_return co_await settle(move, std::move(skipped));
    }
    if (*is_live) {
        const Result<void> canceled = co_await cancel_last_batch();
        if (!canceled)
            co_return note(canceled.error());
    }
    co_return co_await submit(plan, tick, move);
}

Checked<Submit> Firing::batch_of(const Plan& plan) const
{
    if (!plan.tasks)
        return plan.tasks.error();
    const std::string actor = schedule_actor(row_.name);
    Checked<Submit> batch = plan_batch(*plan.tasks, actor, parts_.store.clock().now());
    if (batch)
        batch->run.actor = actor;
    return batch;
}

Async<bool> Firing::submit(const Plan& plan, Time tick, const ScheduleMove& move)
{
    Checked<Submit> batch = batch_of(plan);
    if (!batch) {
        std::string why = to_error(Refusal(batch.error())).detail;
        MaybeTick failed = tick_without_batch(tick, TickOutcome::failed, std::move(why));
        co_return co_await settle(move, std::move(failed));
    }
    batch->tick = FiredTick{move, tick};
    Submit request = *std::move(batch);
    const Result<Submitted> submitted = co_await parts_.store.submit(std::move(request));
    if (submitted) {
        row_.settled = move.settled;
        if (submitted->run) {
            row_.last_run = submitted->run;
            row_.last_fired_at = submitted->created_at;
        }
        co_return true;
    }
    const Error& error = submitted.error();
    if (error.code != Errc::conflict && error.code != Errc::overloaded)
        co_return note(error);
    MaybeTick failed = tick_without_batch(tick, TickOutcome::failed, error.detail);
    co_return co_await settle(move, std::move(failed));
}

Async<bool> Firing::settle(const ScheduleMove& move, std::optional<SettleSchedule::Tick> tick)
{
    SettleSchedule request;
    request.move = move;
    request.tick = std::move(tick);
    const Result<bool> settled = co_await parts_.store.settle_schedule(std::move(request));
    if (!settled)
        co_return note(settled.error());
    row_.settled = move.settled;
    co_return true;
}

Async<Result<bool>> Firing::is_last_batch_live()
{
    if (!row_.last_run)
        co_return false;
    auto look = [run = row_.last_run](Reads& reads) {
        const std::optional<Reads::Run> found = reads.run(run);
        return found && !is_final(found->row.state);
    };
    co_return co_await parts_.store.read(std::move(look));
}

Async<Result<void>> Firing::cancel_last_batch()
{
    Cancel request;
    request.target.run = row_.last_run;
    request.target.actor = schedule_actor(row_.name);
    request.target.reason = fmt::format("superseded by the next tick of schedule '{}'", row_.name);
    const Result<Affected> canceled = co_await parts_.store.cancel(std::move(request));
    const bool is_over = !canceled && (canceled.error().code == Errc::conflict ||
                                       canceled.error().code == Errc::not_found);
    if (canceled || is_over)
        co_return Result<void>();
    co_return canceled.error();
}

// Not found: another server was first, or a user. Always false.
bool Firing::note(const Error& error) const
{
    if (error.code != Errc::not_found)
        warn_unless_away(parts_.log, fmt::format("schedule '{}'", row_.name), error);
    return false;
}

} // namespace sluice
