// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/tick_submits.h"

#include "store/schedule_tables.h"
#include "store/use_cases/schedule_moves.h"

#include <algorithm>
#include <chrono>

namespace sluice {

namespace {

using std::chrono::milliseconds;
using Fire = LockedSchedules::Fire;

bool is_active(WriteContext& context, const ScheduleTables::Fire& fire)
{
    if (const RunRow* run = context.runs.find(fire.run))
        return !is_over(*run); // this group may have ended it
    return fire.state && !is_final(*fire.state);
}

// The latest one of the same context, also of this group; nothing: it was never fired.
const Fire* latest(WriteContext& context, const TriggerFire& asked)
{
    auto& fires = context.schedules.fires;
    const LockedSchedules::ContextKey key{asked.schedule, asked.context_hash};
    const auto known = fires.find(key);
    if (known != fires.end())
        return &known->second;
    const auto stored = context.tables.schedules().latest_fire(asked.schedule, asked.context_hash);
    if (!stored)
        return nullptr;
    return &fires.emplace(key, Fire{stored->at, is_active(context, *stored)}).first->second;
}

std::optional<Error> refusal_of_fire(WriteContext& context, const TriggerFire& asked)
{
    const ScheduleRow* row = context.schedules.find(asked.schedule);
    if (!row || row->kind != ScheduleKind::trigger)
        return Error{Errc::not_found, "the trigger was deleted"};
    if (asked.version != 0 && (!row->enabled || row->version != asked.version))
        return Error{Errc::not_found, "the trigger was changed or disabled meanwhile"};
    const Fire* before = asked.may_be_active ? nullptr : latest(context, asked);
    if (before && before->is_active)
        return Error{Errc::conflict, "a run that the same context has started is not final"};
    return std::nullopt;
}

// The first millisecond from `at` on that no tick has.
Time free_tick(WriteContext& context, ScheduleId id, Time at)
{
    constexpr std::size_t page = 1000;
    for (bool is_full = true; is_full;) {
        const std::vector<Time> taken = context.tables.schedules().tick_times(id, at, page);
        std::size_t passed = 0;
        for (; passed < taken.size() && taken[passed] == at; ++passed)
            at += milliseconds{1};
        is_full = passed == page;
    }
    return at;
}

// Behind the latest of its context, so that this one is the latest also when the clock was set
// back.
TickRow begin_fire(WriteContext& context, const TriggerFire& asked)
{
    LockedSchedules& schedules = context.schedules;
    Time& free_from = schedules.free_from[asked.schedule];
    TickRow tick;
    tick.schedule = asked.schedule;
    tick.context_hash = asked.context_hash;
    tick.at = std::max<Time>(std::chrono::ceil<milliseconds>(context.now), free_from);
    if (const Fire* before = latest(context, asked))
        tick.at = std::max(tick.at, before->at + milliseconds{1});
    tick.at = free_tick(context, asked.schedule, tick.at);
    free_from = tick.at + milliseconds{1};
    schedules.fires[{asked.schedule, asked.context_hash}] = {tick.at, true};
    return tick;
}

} // namespace

std::optional<Error> tick_refusal(WriteContext& context, const Submit& request)
{
    if (request.tick)
        return refusal(context, request.tick->move);
    if (request.fire)
        return refusal_of_fire(context, *request.fire);
    if (request.tick_again) {
        const Result<TickRow*> tick = failed_tick(context, *request.tick_again);
        if (!tick)
            return tick.error();
    }
    return std::nullopt;
}

std::optional<TickRow> begin_tick(WriteContext& context, const Submit& request)
{
    if (request.fire)
        return begin_fire(context, *request.fire);
    if (request.tick_again) {
        TickRow& tick = *failed_tick(context, *request.tick_again).value();
        tick.outcome = TickOutcome::created;
        return tick;
    }
    if (!request.tick)
        return std::nullopt;
    apply(context, request.tick->move);
    TickRow tick;
    tick.schedule = request.tick->move.schedule;
    tick.at = request.tick->at;
    return tick;
}

void end_tick(WriteContext& context, const Submit& request, TickRow tick, RunId run)
{
    tick.run = run;
    tick.outcome = run ? TickOutcome::created : TickOutcome::skipped;
    tick.reason = run ? "" : "every task exists already";
    if (!request.tick_again) {
        record(context, tick.schedule, std::move(tick));
        return;
    }
    TickRow& again = context.schedules.failed.at({tick.schedule, tick.at});
    again = std::move(tick);
    tried_again(context, again);
    if (run)
        note_run(context, again.schedule, run);
}

} // namespace sluice
