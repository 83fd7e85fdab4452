// SPDX-License-Identifier: Apache-2.0
#include "engine/schedule_rounds.h"

#include "engine/outage.h"
#include "engine/retry_pause.h"
#include "store/execution_reads.h"
#include "store/schedule_reads.h"
#include "store/store.h"

#include <algorithm>

namespace sluice {

namespace {

// What is due but was not given to us is in the hands of another process, and what others write
// may concern us: so often at most we look for that.
constexpr Micros others_pause = std::chrono::seconds(1);

} // namespace

ScheduleRounds::ScheduleRounds(
    asio::any_io_executor executor, Store& store, Fire fire, Options options, Log log
)
    : store_(store),
      fire_(std::move(fire)),
      options_(std::move(options)),
      log_(std::move(log)),
      wake_(executor),
      round_(executor, log_)
{}

std::optional<Time>
ScheduleRounds::first_due(Reads& reads, ScheduleKind kind, const std::vector<std::string>& keys)
{
    if (kind == ScheduleKind::batches)
        return reads.schedules().next_due();
    return reads.executions().next_due(kind, keys);
}

Async<Result<std::size_t>> ScheduleRounds::run_once()
{
    next_due_.reset();
    looked_at_ = store_.clock().now();
    auto look = [kind = options_.kind, keys = options_.keys](Reads& reads) {
        return first_due(reads, kind, keys);
    };
    const Result<std::optional<Time>> next = co_await store_.read(std::move(look));
    if (!next)
        co_return next.error();
    if (!*next || **next > store_.clock().now()) {
        Changes::keep_earlier(next_due_, *next);
        co_return 0;
    }
    TakeSchedules request;
    request.limit = options_.ticks_max;
    request.kind = options_.kind;
    request.keys = options_.keys;
    Result<std::vector<StoredSchedule>> taken = co_await store_.take_schedules(std::move(request));
    if (!taken)
        co_return taken.error();
    const std::size_t count = taken->size();
    co_await fire_all(std::move(*taken));
    const Time now = store_.clock().now(); // more may be due
    Changes::keep_earlier(next_due_, count > 0 ? now : now + others_pause);
    co_return count;
}

Async<void> ScheduleRounds::fire_all(std::vector<StoredSchedule> schedules)
{
    spare_ = options_.ticks_max - schedules.size();
    for (StoredSchedule& schedule : schedules)
        round_.spawn(fire_(std::move(schedule), spare_));
    co_await round_.join();
}

Async<void> ScheduleRounds::run()
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

std::chrono::steady_clock::duration ScheduleRounds::time_to_sleep() const
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

void ScheduleRounds::close()
{
    closed_ = true;
    wake_.notify();
}

void ScheduleRounds::serve(std::vector<std::string> keys)
{
    options_.keys = std::move(keys);
    next_due_ = store_.clock().now();
    wake_.notify();
}

void ScheduleRounds::changed(const Changes& changes)
{
    const std::optional<Time> before = next_due_;
    Changes::keep_earlier(next_due_, changes.schedule_due);
    if (changes.from_outside)
        Changes::keep_earlier(next_due_, looked_at_ + others_pause);
    if (next_due_ != before)
        wake_.notify();
}

} // namespace sluice
