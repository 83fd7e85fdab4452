// SPDX-License-Identifier: Apache-2.0
#include "engine/timekeeper.h"

#include "engine/outage.h"
#include "store/neighbours.h"
#include "store/store.h"

#include <algorithm>

namespace sluice {

namespace {

constexpr Micros jump_min = std::chrono::seconds(1);
// On the same machine a lost byte lock means that the process is dead; a session with a server may
// be lost by a blip of the network: its worker has so long to say that it lives, which is longer
// than the time between two heartbeats.
constexpr Micros lost_session_lease = std::chrono::seconds(15);

// A worker that was rescued may wake up and claim before it learns so.
constexpr Micros rescue_again = std::chrono::seconds(30);
// More than what a worker is granted beyond the end of its time.
constexpr Micros rescued_before = std::chrono::seconds(3);

template <class T>
std::optional<T> earliest(std::initializer_list<std::optional<T>> times)
{
    std::optional<T> first;
    for (const std::optional<T>& time : times)
        if (time && (!first || *time < *first))
            first = time;
    return first;
}

bool is_due(const std::optional<Time>& time, Time now)
{
    return time && *time <= now;
}

} // namespace

Timekeeper::Timekeeper(asio::any_io_executor executor, Store& store, Options options, Log log)
    : store_(store), options_(options), log_(std::move(log)), wake_(executor)
{}

Async<void> Timekeeper::run()
{
    for (;;) {
        co_await wake_.wait_for(time_to_sleep());
        const Result<void> done = co_await run_once();
        if (!done)
            warn_unless_away(log_, "timekeeper", done.error());
    }
}

std::chrono::steady_clock::duration Timekeeper::time_to_sleep() const
{
    if (!next_due_)
        return options_.pulse;
    const std::chrono::steady_clock::duration left = *next_due_ - store_.clock().now();
    return std::clamp(left, std::chrono::steady_clock::duration(0), options_.pulse);
}

Reads::Look Timekeeper::where_to_look()
{
    const Micros now = store_.clock().source().since_boot();
    if (now >= forget_rescued_) {
        rescued_ = {};
        forget_rescued_ = now + rescue_again;
    }
    Reads::Look look;
    look.at_ready = options_.is_idle();
    look.workers_after = rescued_;
    return look;
}

Async<Result<void>> Timekeeper::run_once()
{
    next_due_.reset();
    const Micros asked_at = store_.clock().source().since_boot();
    auto look = [where = where_to_look()](Reads& reads) { return reads.pulse(where); };
    Result<Reads::Pulse> pulse = co_await store_.read(std::move(look));
    if (!pulse)
        co_return pulse.error();
    if (!pulse->queues_with_ready.empty())
        options_.on_ready();
    Result<void> done = co_await follow_clock(*pulse, asked_at);
    if (done)
        done = co_await rescue(*pulse);
    if (done)
        done = co_await do_duties(*pulse);
    if (done && pulse->has_changed_rule)
        done = co_await follow_rules();
    co_return done;
}

// Drift is not followed; a jump is, together with all leases.
Async<Result<void>> Timekeeper::follow_clock(const Reads::Pulse& pulse, Micros asked_at)
{
    const StoreClock& clock = store_.clock();
    Micros offset = clock.measured(clock.source().wall());
    if (pulse.server_time) {
        const Micros middle = (asked_at + clock.source().since_boot()) / 2;
        offset = pulse.server_time->time_since_epoch() - middle;
    }
    if (clock_followed_ && std::chrono::abs(offset - clock.offset()) < jump_min)
        co_return Result<void>();
    CheckClock request;
    request.offset = offset;
    const Result<bool> moved = co_await store_.check_clock(std::move(request));
    if (!moved)
        co_return moved.error();
    clock_followed_ = true;
    if (*moved) {
        rescued_ = {};
        log_.warn("the clock has jumped: all leases were moved along");
    }
    co_return Result<void>();
}

Async<Result<void>> Timekeeper::rescue(const Reads::Pulse& pulse)
{
    bool died = false;
    std::vector<WorkerId> dead;
    if (options_.looks_for_dead) {
        dead = store_.neighbours().dead(pulse.workers);
        for (const WorkerId worker : pulse.ended_workers)
            if (std::ranges::find(dead, worker) == dead.end())
                dead.push_back(worker);
    }
    for (const WorkerId worker : dead) {
        ReleaseWorker request;
        request.worker = worker;
        request.grace = store_.clock_is_remote() ? lost_session_lease : Micros{0};
        const Result<bool> released = co_await store_.release_worker(std::move(request));
        if (!released)
            co_return released.error();
        died = true;
    }
    if (!died && !is_due(pulse.worker_until, store_.clock().now()))
        co_return Result<void>();
    const Time now = store_.clock().now();
    Rescue request;
    std::size_t all = 0;
    for (bool is_more = true; is_more;) { // there may be more than one piece of it
        const Result<std::size_t> rescued = co_await store_.rescue(request);
        if (!rescued)
            co_return rescued.error();
        all += *rescued;
        is_more = *rescued >= request.limit;
    }
    if (all == 0)
        rescued_ = now - rescued_before;
    else
        log_.warn("{} tasks of dead workers were given back", all);
    co_return Result<void>();
}

Async<Result<void>> Timekeeper::do_duties(const Reads::Pulse& pulse)
{
    const Time now = store_.clock().now();
    Tick tick;
    Expire expire;
    Sweep sweep;
    Settle settle;
    Result<std::size_t> done = std::size_t{0};
    if (is_due(pulse.timer_due, now))
        done = co_await store_.tick(tick);
    const bool expires = is_due(pulse.lease_expires, now) || is_due(pulse.run_expires, now);
    if (done && expires)
        done = co_await store_.expire(expire);
    const bool sweeps = pulse.has_sweep || pulse.has_loading;
    if (done && sweeps)
        done = co_await store_.sweep(sweep);
    if (done && pulse.has_settlements)
        done = co_await store_.settle(settle);
    if (!done)
        co_return done.error();
    for (const std::optional<Time>& time :
         {pulse.timer_due, pulse.lease_expires, pulse.run_expires})
        if (time && *time > now)
            next_due_ = earliest<Time>({next_due_, time});
    const bool more = *done > 0 && (pulse.has_sweep || pulse.has_settlements ||
                                    is_due(pulse.timer_due, now) || expires);
    if (more)
        next_due_ = now; // there may be more than one piece of it
    co_return Result<void>();
}

// What the one who has changed a rule has left, or has not come to.
Async<Result<void>> Timekeeper::follow_rules()
{
    FollowRules request;
    const Result<FollowRules::Reply> followed = co_await store_.follow_rules(request);
    if (!followed)
        co_return followed.error();
    if (followed->changed > 0)
        next_due_ = store_.clock().now(); // there may be more than one piece of it
    co_return Result<void>();
}

void Timekeeper::changed(const Changes& changes)
{
    if (changes.sweep ||
        (changes.earliest_due && (!next_due_ || *changes.earliest_due < *next_due_))) {
        next_due_ = earliest<Time>({next_due_, changes.earliest_due});
        wake_.notify();
    }
}

} // namespace sluice
