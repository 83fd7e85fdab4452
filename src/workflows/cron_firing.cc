// SPDX-License-Identifier: Apache-2.0
#include "workflows/cron_firing.h"

#include "base/json.h"
#include "engine/outage.h"
#include "store/execution_reads.h"
#include "store/schedule_reads.h"
#include "store/store.h"

#include <fmt/format.h>

#include <utility>

namespace sluice {

namespace {

using MaybeTick = std::optional<SettleSchedule::Tick>;

constexpr std::size_t retries_at_once = 100;

// RFC 3339; microseconds only when there are some.
std::string shown(Time time)
{
    std::string text = format_time(time);
    constexpr std::string_view no_micros = ".000000Z";
    if (text.ends_with(no_micros))
        text.replace(text.size() - no_micros.size(), no_micros.size(), "Z");
    return text;
}

// What cannot be done now will be by itself: the database is away, or somebody was faster.
bool is_for_later(const Error& error)
{
    return error.code == Errc::unavailable || error.code == Errc::timed_out ||
           error.code == Errc::not_found;
}

ScheduleRounds::Options options_of(const CronFiring::Options& given)
{
    ScheduleRounds::Options options;
    options.kind = ScheduleKind::workflow;
    options.ticks_max = given.ticks_max;
    options.pulse = given.pulse;
    return options;
}

ScheduleMove move_to(const ScheduleRow& row, Time settled, std::optional<Time> next_due)
{
    return {row.id, row.version, row.settled, settled, next_due};
}

} // namespace

CronFiring::CronFiring(
    asio::any_io_executor executor, Store& store, StoredWorkflows& workflows, Options options,
    Log log
)
    : store_(store),
      workflows_(workflows),
      options_(std::move(options)),
      log_(std::move(log)),
      rounds_(
          executor, store,
          [this](StoredSchedule schedule, std::size_t& spare) {
              return fire(std::move(schedule), spare);
          },
          options_of(options_), log_
      ),
      wake_(executor),
      scope_(executor, log_)
{}

void CronFiring::start()
{
    scope_.spawn(rounds_.run());
    if (options_.cron.retries_failed && options_.cron.retries_max > 0)
        scope_.spawn(retry_loop());
}

Async<void> CronFiring::stop()
{
    closed_ = true;
    rounds_.close();
    wake_.notify();
    co_await scope_.join();
}

Async<void> CronFiring::fire(StoredSchedule schedule, std::size_t& spare)
{
    std::optional<Plan> plan = plan_of(std::move(schedule));
    if (!plan)
        co_return;
    CatchupRule rule;
    rule.policy = plan->document.catchup;
    rule.ticks_max = options_.cron.catchup_ticks_max;
    const Look look{plan->row.settled, store_.clock().now()};
    const OwedTicks owed = owed_ticks(plan->timing, plan->row.id, look, rule);
    if (!owed.fire.empty()) {
        co_await fire_all(*plan, owed, spare);
        co_return;
    }
    const ScheduleMove move = move_to(plan->row, owed.settled, owed.next);
    MaybeTick none;
    co_await settle(*plan, move, std::move(none));
}

std::optional<CronFiring::Plan> CronFiring::plan_of(StoredSchedule schedule) const
{
    Result<CronDocument> document = read_cron_document(schedule.document);
    if (!document) {
        note(schedule.row, document.error());
        return std::nullopt;
    }
    Result<Schedule> timing = timing_of(*document);
    if (!timing) {
        note(schedule.row, timing.error());
        return std::nullopt;
    }
    return Plan{std::move(schedule.row), std::move(*document), std::move(*timing)};
}

Async<void> CronFiring::fire_all(Plan& plan, const OwedTicks& owed, std::size_t& spare)
{
    const Time now = store_.clock().now();
    for (const Time& tick : owed.fire) {
        const bool is_last = &tick == &owed.fire.back();
        const bool goes_on = !is_last && spare > 0;
        if (goes_on)
            --spare;
        // Between two ticks it is in our hands still, unless the next one is not for this round.
        const Time soon = goes_on ? now + TakeSchedules{}.lease : now;
        const ScheduleMove move = move_to(plan.row, tick, is_last ? owed.next : soon);
        const bool done = co_await fire_tick(plan, tick, move);
        if (!done || !goes_on)
            co_return;
    }
}

// False: the rest is somebody else's, or a matter for later.
Async<bool> CronFiring::fire_tick(Plan& plan, Time tick, const ScheduleMove& move)
{
    std::optional<Again> first;
    Result<Submit> request = co_await run_of(plan.row, plan.document, tick, std::move(first));
    Error why;
    if (request) {
        request->tick = FiredTick{move, tick};
        const Result<Submitted> submitted = co_await store_.submit(std::move(*request));
        if (submitted) {
            ++counts_.fired;
            plan.row.settled = move.settled;
            co_return true;
        }
        why = submitted.error();
        if (is_for_later(why))
            co_return note(plan.row, why);
    } else {
        why = request.error();
        if (why.code == Errc::unavailable || why.code == Errc::timed_out)
            co_return note(plan.row, why);
    }
    MaybeTick failed = SettleSchedule::Tick{tick, TickOutcome::failed, why.detail};
    const bool settled = co_await settle(plan, move, std::move(failed));
    if (settled) {
        ++counts_.failed;
        plan.row.settled = move.settled;
        log_.warn("schedule '{}': no run for {}: {}", plan.row.name, shown(tick), why.detail);
    }
    co_return settled;
}

Async<bool> CronFiring::settle(
    const Plan& plan, const ScheduleMove& move, std::optional<SettleSchedule::Tick> tick
)
{
    SettleSchedule request;
    request.move = move;
    request.tick = std::move(tick);
    const Result<bool> settled = co_await store_.settle_schedule(std::move(request));
    if (!settled)
        co_return note(plan.row, settled.error());
    co_return true;
}

// Errors: not_found (the workflow), corrupt (its definition), and those of the store.
Async<Result<Submit>> CronFiring::run_of(
    const ScheduleRow& row, const CronDocument& document, Time tick, std::optional<Again> again
)
{
    const Result<StoredWorkflowPtr> workflow =
        co_await workflows_.find(document.workflow_namespace);
    if (!workflow)
        co_return workflow.error();
    Json context = Json::object();
    context["scheduled_time"] = shown(tick);
    context["schedule_id"] =
        format_uid(store_.uid(UidKind::schedule, row.created_at, row.id.value));
    context["schedule_timezone"] = document.timezone;
    context["schedule_expression"] = document.expression;
    if (again) {
        context["is_recovery"] = true;
        context["recovery_attempt"] = again->attempt;
        context["original_execution_id"] = again->tick_id;
    }
    co_return (*workflow)->submission.make(
        (*workflow)->id, dump_json(context), options_.run_timeout
    );
}

Async<void> CronFiring::retry_loop()
{
    while (!closed_) {
        const Result<std::size_t> tried = co_await retry_once();
        if (!tried)
            warn_unless_away(log_, "failed ticks", tried.error());
        if (!closed_)
            co_await wake_.wait_for(options_.cron.retry_interval);
    }
}

Async<Result<std::size_t>> CronFiring::retry_once()
{
    const CronSettings& cron = options_.cron;
    const Time now = store_.clock().now();
    ExecutionReads::FailedTicks which;
    which.after = now - cron.retry_age_max;
    // A loop that is a little late each time must not find its own tries too young every other
    // time.
    which.tried_before = now - cron.retry_interval + cron.retry_interval / 10;
    which.tries_max = cron.retries_max;
    which.limit = retries_at_once;
    std::size_t tried = 0;
    for (bool has_more = true; has_more && !closed_;) {
        auto look = [which](Reads& reads) { return reads.executions().failed_ticks(which); };
        const Result<std::vector<TickRow>> ticks = co_await store_.read(std::move(look));
        if (!ticks)
            co_return ticks.error();
        std::size_t done = 0;
        for (const TickRow& tick : *ticks) {
            const Result<bool> one = co_await try_again(tick);
            if (!one)
                co_return one.error();
            done += *one ? 1 : 0;
        }
        tried += done;
        has_more = ticks->size() == which.limit && done > 0;
    }
    co_return tried;
}

// False: somebody else was faster, or the schedule is gone.
Async<Result<bool>> CronFiring::try_again(const TickRow& tick)
{
    auto look = [id = tick.schedule](Reads& reads) { return reads.schedules().schedule(id); };
    const Result<std::optional<StoredSchedule>> schedule = co_await store_.read(std::move(look));
    if (!schedule)
        co_return schedule.error();
    if (!*schedule)
        co_return false;
    Result<CronDocument> document = read_cron_document((*schedule)->document);
    Result<void> done = document ? Result<void>() : Result<void>(document.error());
    if (document && (*schedule)->row.enabled)
        done = co_await submit_again(**schedule, *document, tick);
    else if (document)
        done = Error{Errc::conflict, "the schedule is disabled"};
    if (done) {
        ++counts_.retried;
        co_return true;
    }
    if (done.error().code == Errc::unavailable || done.error().code == Errc::timed_out)
        co_return done.error();
    CountTickTry count;
    count.tick = {tick.schedule, tick.at, tick.tries};
    count.reason = done.error().detail;
    const Result<bool> counted = co_await store_.count_tick_try(std::move(count));
    if (!counted && counted.error().code != Errc::not_found)
        co_return counted.error();
    co_return counted.has_value();
}

Async<Result<void>> CronFiring::submit_again(
    const StoredSchedule& schedule, const CronDocument& document, const TickRow& tick
)
{
    std::optional<Again> again =
        Again{tick.tries + 1, format_uid(store_.uid(UidKind::tick, tick.at, tick.schedule.value))};
    Result<Submit> request = co_await run_of(schedule.row, document, tick.at, std::move(again));
    if (!request)
        co_return request.error();
    request->tick_again = RetriedTick{tick.schedule, tick.at, tick.tries};
    const Result<Submitted> submitted = co_await store_.submit(std::move(*request));
    if (!submitted)
        co_return submitted.error();
    co_return Result<void>();
}

// Not found: another process was first, or a user. Always false.
bool CronFiring::note(const ScheduleRow& row, const Error& error) const
{
    if (error.code != Errc::not_found)
        warn_unless_away(log_, fmt::format("schedule '{}'", row.name), error);
    return false;
}

} // namespace sluice
