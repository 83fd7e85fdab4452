// SPDX-License-Identifier: Apache-2.0
#include "engine/run_waiters.h"

#include "engine/outage.h"
#include "engine/retry_pause.h"
#include "store/execution_reads.h"
#include "store/store.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sluice {

namespace {

constexpr RunWaiters::Clock::duration pause_min = std::chrono::milliseconds(20);

} // namespace

RunWaiters::RunWaiters(asio::any_io_executor executor, Store& store, Options options, Log log)
    : store_(store),
      options_(options),
      log_(std::move(log)),
      wake_(std::move(executor)),
      last_look_at_all_(Clock::now())
{}

RunWaiters::Clock::duration RunWaiters::pause_after(Clock::duration took)
{
    return std::max(pause_min, 10 * took);
}

RunWaiters::Ticket RunWaiters::expect(RunId run, Ended ended, Look look)
{
    const Ticket ticket{run, ++last_number_};
    waiting_.emplace(run, Waiter{ticket.number, std::move(ended)});
    if (look == Look::asked) {
        if (!is_asked())
            wake_.notify();
        asked_.push_back(run);
    }
    return ticket;
}

void RunWaiters::cancel(const Ticket& ticket)
{
    const auto [first, last] = waiting_.equal_range(ticket.run);
    const auto waiter = std::find_if(first, last, [&](const auto& entry) {
        return entry.second.number == ticket.number;
    });
    if (waiter != last)
        waiting_.erase(waiter);
}

// One after the other, because each may cancel the next one.
void RunWaiters::complete(const EndedRun& run)
{
    for (auto waiter = waiting_.find(run.row.id); waiter != waiting_.end();
         waiter = waiting_.find(run.row.id)) {
        const auto entry = waiting_.extract(waiter);
        entry.mapped().ended(run);
    }
}

void RunWaiters::changed(const Changes& changes)
{
    if (waiting_.empty())
        return;
    const bool was_asked = is_asked();
    for (const EndedRun& run : changes.ended_runs)
        complete(run);
    for (const RunId run : changes.final_runs)
        if (waiting_.contains(run))
            asked_.push_back(run);
    if (changes.from_outside)
        ask_for_all();
    if (is_asked() && !was_asked)
        wake_.notify();
}

void RunWaiters::ask_for_all()
{
    asks_for_all_ = !waiting_.empty();
}

// Those that still wait, once each.
std::vector<RunId> RunWaiters::take_asked()
{
    std::vector<RunId> ids;
    if (std::exchange(asks_for_all_, false)) {
        last_look_at_all_ = Clock::now();
        ids.reserve(waiting_.size());
        for (const auto& [run, waiter] : waiting_)
            ids.push_back(run);
    } else {
        std::ranges::copy_if(asked_, std::back_inserter(ids), [this](RunId run) {
            return waiting_.contains(run);
        });
    }
    asked_.clear();
    std::ranges::sort(ids);
    const auto rest = std::ranges::unique(ids);
    ids.erase(rest.begin(), rest.end());
    return ids;
}

Async<Result<std::size_t>> RunWaiters::run_once()
{
    const Clock::time_point began = Clock::now();
    const std::vector<RunId> ids = take_asked();
    std::size_t reads = 0;
    for (auto next = ids.begin(); next != ids.end(); ++reads) {
        const auto left = static_cast<std::size_t>(ids.end() - next);
        const auto end = next + static_cast<std::ptrdiff_t>(std::min(left, options_.ids_max));
        auto look = [part = std::vector<RunId>(next, end)](Reads& from) {
            return from.executions().final_among(part);
        };
        const Result<std::vector<EndedRun>> found = co_await store_.read(std::move(look));
        if (!found) {
            asked_.insert(asked_.end(), next, ids.end());
            next_look_ = Clock::now() + retry_pause;
            co_return found.error();
        }
        for (const EndedRun& run : *found)
            complete(run);
        next = end;
    }
    const Clock::time_point now = Clock::now();
    next_look_ = now + pause_after(now - began);
    co_return reads;
}

Async<void> RunWaiters::run()
{
    for (;;) {
        const Clock::duration left = time_to_sleep();
        if (left > Clock::duration::zero()) {
            co_await wake_.wait_for(left);
            continue;
        }
        if (!is_asked()) {
            last_look_at_all_ = Clock::now();
            ask_for_all();
            continue;
        }
        const Result<std::size_t> looked = co_await run_once();
        if (!looked)
            warn_unless_away(log_, "ends of runs", looked.error());
    }
}

RunWaiters::Clock::duration RunWaiters::time_to_sleep() const
{
    const Clock::time_point until = is_asked() ? next_look_ : last_look_at_all_ + options_.safety;
    return until - Clock::now();
}

} // namespace sluice
