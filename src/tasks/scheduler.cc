// SPDX-License-Identifier: Apache-2.0
#include "tasks/scheduler.h"

#include "engine/outage.h"
#include "store/schedule_reads.h"
#include "store/store.h"
#include "tasks/firing.h"

#include <algorithm>

namespace sluice {

namespace {

constexpr auto retry_pause = std::chrono::milliseconds(250);

// What is due but was not given to us is in the hands of another process, and what others write
// may concern us: so often at most we look for that.
constexpr Micros others_pause = std::chrono::seconds(1);

} // namespace

Scheduler::Scheduler(
    asio::any_io_executor executor, Store& store, const AddressGuard& guard, Options options,
    Log log
)
    : store_(store),
      guard_(guard),
      options_(options),
      log_(std::move(log)),
      wake_(executor),
      round_(executor, log_)
{}

Async<Result<std::size_t>> Scheduler::run_once()
{
    next_due_.reset();
    looked_at_ = store_.clock().now();
    auto look = [](Reads& reads) { return reads.schedules().next_due(); };
    const Result<std::optional<Time>> next = co_await store_.read(std::move(look));
    if (!next)
        co_return next.error();
    if (!*next || **next > store_.clock().now()) {
        Changes::keep_earlier(next_due_, *next);
        co_return 0;
    }
    TakeSchedules request;
    request.limit = options_.ticks_max;
    Result<std::vector<StoredSchedule>> taken = co_await store_.take_schedules(request);
    if (!taken)
        co_return taken.error();
    const std::size_t count = taken->size();
    co_await fire_all(std::move(*taken));
    const Time now = store_.clock().now(); // more may be due
    Changes::keep_earlier(next_due_, count > 0 ? now : now + others_pause);
    co_return count;
}

Async<void> Scheduler::fire_all(std::vector<StoredSchedule> schedules)
{
    spare_ = options_.ticks_max - schedules.size();
    for (StoredSchedule& schedule : schedules)
        round_.spawn(fire(std::move(schedule)));
    co_await round_.join();
}

Async<void> Scheduler::fire(StoredSchedule schedule)
{
    const Firing::Parts parts{store_, guard_, spare_, log_};
    Firing firing(parts, std::move(schedule));
    co_await firing.run();
}

Async<void> Scheduler::run()
{
    while (!closed_) {
        const Result<std::size_t> looked = co_await run_once();
        if (!looked) {
            warn_unless_away(log_, "schedules", looked.error());
            co_await wake_.wait_for(retry_pause);
            continue;
        }
        while (!closed_ && time_to_sleep() > std::chrono::steady_clock::duration::zero())
            co_await wake_.wait_for(time_to_sleep());
    }
}

std::chrono::steady_clock::duration Scheduler::time_to_sleep() const
{
    const Time now = store_.clock().now();
    // A clock that was set back shows a long way to go, and may be set right at any time.
    std::chrono::steady_clock::duration left = std::min<std::chrono::steady_clock::duration>(
        looked_at_ + options_.pulse - now, options_.pulse
    );
    if (next_due_)
        left = std::min<std::chrono::steady_clock::duration>(left, *next_due_ - now);
    return left;
}

void Scheduler::close()
{
    closed_ = true;
    wake_.notify();
}

void Scheduler::changed(const Changes& changes)
{
    const std::optional<Time> before = next_due_;
    Changes::keep_earlier(next_due_, changes.schedule_due);
    if (changes.from_outside)
        Changes::keep_earlier(next_due_, looked_at_ + others_pause);
    if (next_due_ != before)
        wake_.notify();
}

} // namespace sluice
