// SPDX-License-Identifier: Apache-2.0
#include "batch/upload_leave.h"

#include "async/signal.h"

#include <algorithm>

namespace sluice {

namespace {

constexpr std::chrono::milliseconds look_min{1};

bool is_lost(const Error& error)
{
    return !is_retryable(error.code);
}

} // namespace

UploadLeaveKeeper::UploadLeaveKeeper(
    asio::any_io_executor executor, DatumChannel& channel, const ClockSource& clock, Leave leave,
    Options options
)
    : channel_(channel),
      clock_(clock),
      leave_(leave),
      options_(options),
      stop_(executor),
      extend_at_(clock.since_boot() + options.extend_every)
{}

bool UploadLeaveKeeper::has_time_for(Micros time) const
{
    return !leave_.until || clock_.since_boot() + options_.safety + time < *leave_.until;
}

// The end may pass while an answer is awaited; nobody waits longer than for that.
Async<Result<void>> UploadLeaveKeeper::extend()
{
    Micros limit = options_.ask_time;
    const Micros left = leave_.until.value_or(Micros::max()) - options_.safety;
    if (left > clock_.since_boot())
        limit = std::min(limit, left - clock_.since_boot());
    const auto patience = std::chrono::ceil<std::chrono::milliseconds>(limit);
    const Result<Leave> extended = co_await with_timeout(channel_.extend_leave(), patience);
    if (!extended)
        co_return extended.error();
    leave_ = *extended;
    extend_at_ = clock_.since_boot() + options_.extend_every;
    co_return Result<void>();
}

Async<Result<void>> UploadLeaveKeeper::begin()
{
    const Micros end = clock_.since_boot() + options_.patience;
    Error problem{Errc::unavailable, "no leave to upload was granted for long enough"};
    for (;;) {
        if (stop_.requested())
            co_return Error{Errc::conflict, "stopped before the first upload"};
        if (has_time_for(options_.extend_every))
            co_return Result<void>();
        const Result<void> extended = co_await extend();
        if (!extended && is_lost(extended.error()))
            co_return extended.error();
        if (!extended)
            problem = extended.error();
        if (has_time_for(options_.extend_every))
            continue;
        ran_out_ = clock_.since_boot() >= end;
        if (ran_out_)
            co_return problem;
        co_await sleep_for(options_.look);
    }
}

void UploadLeaveKeeper::give_up()
{
    ran_out_ = true;
    stop_.request();
}

// Never longer than a look, because the machine may sleep meanwhile, nor past the leave.
Async<void> UploadLeaveKeeper::wait()
{
    Micros pause = options_.look;
    if (leave_.until && !stop_.requested()) {
        const Micros left = *leave_.until - options_.safety - clock_.since_boot();
        pause = std::min(pause, std::max<Micros>(left, look_min));
    }
    co_await sleep_for(pause);
}

Async<Result<void>> UploadLeaveKeeper::run()
{
    for (;;) {
        if (!stop_.requested() && !has_time_for(Micros(0)))
            give_up();
        const bool is_due = leave_.until && clock_.since_boot() >= extend_at_;
        if (stop_.requested() || !is_due) {
            co_await wait();
            continue;
        }
        const Result<void> extended = co_await extend();
        if (!extended && is_lost(extended.error()))
            stop_.request();
        else if (!extended)
            co_await wait();
    }
}

} // namespace sluice
