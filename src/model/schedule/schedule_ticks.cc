// SPDX-License-Identifier: Apache-2.0
#include "model/schedule/schedule_ticks.h"

#include "base/assert.h"
#include "base/enum_names.h"

#include <algorithm>

namespace sluice {

namespace {

constexpr EnumNames<Catchup, 3> catchups{
    {{Catchup::none, "none"}, {Catchup::skip, "skip"}, {Catchup::run_all, "run_all"}}};

// The finaliser of splitmix64 (Steele, Lea, Flood 2014): every input bit reaches every output bit.
std::uint64_t mix(std::uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

struct NextTick {
    const Schedule& schedule;
    Time after;

    std::optional<Time> operator()(const CronTicks& ticks) const
    {
        return next_cron_time(ticks.cron, ticks.zone, after);
    }

    std::optional<Time> operator()(const EveryTicks& ticks) const
    {
        SLUICE_ASSERT(ticks.interval > Micros{0});
        const Time anchor = schedule.start.value_or(Time{});
        const Micros rest = (after - anchor) % ticks.interval;
        return after - rest + (rest < Micros{0} ? Micros{0} : ticks.interval);
    }

    std::optional<Time> operator()(const SingleTick& tick) const
    {
        return tick.at > after ? std::optional(tick.at) : std::nullopt;
    }
};

struct Span {
    Time after;
    Time until; // included
};

// The first ticks in the span, at most `count`.
std::vector<Time> first_ticks(const Schedule& schedule, Span span, std::size_t count)
{
    std::vector<Time> ticks;
    while (ticks.size() < count) {
        const std::optional<Time> tick = next_tick(schedule, span.after);
        if (!tick || *tick > span.until)
            break;
        ticks.push_back(*tick);
        span.after = *tick;
    }
    return ticks;
}

// The latest ticks in the span, at most `count`. Ticks are found forward only, and there may be
// millions: so this halves its steps back until they hold at least `count` and at most twice that.
std::vector<Time> latest_ticks(const Schedule& schedule, const Span& span, std::size_t count)
{
    if (count == 0)
        return {};
    Time low = span.after, high = span.until, from = low;
    std::vector<Time> ticks;
    for (;;) {
        ticks = first_ticks(schedule, {from, span.until}, 2 * count + 1);
        if (ticks.size() > 2 * count)
            low = from;
        else if (ticks.size() < count && from > span.after)
            high = from;
        else
            break;
        from = low + (high - low) / 2;
    }
    if (ticks.size() > count)
        ticks.erase(ticks.begin(), ticks.end() - static_cast<std::ptrdiff_t>(count));
    return ticks;
}

// The latest tick that is due; all before it are, too.
std::optional<Time> latest_due(const Schedule& schedule, ScheduleId id, const Look& look)
{
    for (Span span{look.settled, look.now};;) {
        const std::vector<Time> latest = latest_ticks(schedule, span, 1);
        if (latest.empty())
            return std::nullopt;
        if (due(schedule, id, latest[0]) <= look.now)
            return latest[0];
        span.until = latest[0] - Micros{1};
    }
}

std::size_t missed_max(const CatchupRule& rule)
{
    if (rule.policy == Catchup::none)
        return 0;
    return rule.policy == Catchup::skip ? 1 : static_cast<std::size_t>(std::max(rule.ticks_max, 0));
}

} // namespace

std::string_view name(Catchup policy)
{
    return catchups.name(policy);
}

std::optional<Catchup> catchup(std::string_view name)
{
    return catchups.find(name);
}

std::optional<Time> next_tick(const Schedule& schedule, Time after)
{
    if (schedule.start)
        after = std::max(after, *schedule.start - Micros{1});
    const std::optional<Time> tick = std::visit(NextTick{schedule, after}, schedule.ticks);
    if (!tick || (schedule.end && *tick >= *schedule.end))
        return std::nullopt;
    return tick;
}

Time due(const Schedule& schedule, ScheduleId id, Time tick)
{
    Micros range = schedule.jitter;
    if (range <= Micros{0})
        return tick;
    if (const std::optional<Time> next = next_tick(schedule, tick))
        range = std::min(range, *next - tick);
    const std::uint64_t chance =
        mix(mix(static_cast<std::uint64_t>(id.value)) + static_cast<std::uint64_t>(to_micros(tick))
        );
    return tick +
           Micros{static_cast<std::int64_t>(chance % static_cast<std::uint64_t>(range.count()))};
}

OwedTicks
owed_ticks(const Schedule& schedule, ScheduleId id, const Look& look, const CatchupRule& rule)
{
    const std::optional<Time> latest = latest_due(schedule, id, look);
    if (!latest)
        return {{}, look.settled, next_tick(schedule, look.settled)};

    const bool is_on_time = look.now - due(schedule, id, *latest) <= rule.grace;
    const Time missed_until = is_on_time ? *latest - Micros{1} : *latest;
    OwedTicks owed{
        latest_ticks(schedule, {look.settled, missed_until}, missed_max(rule)), *latest,
        next_tick(schedule, *latest)};
    if (is_on_time)
        owed.fire.push_back(*latest);
    return owed;
}

} // namespace sluice
