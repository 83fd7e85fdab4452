// SPDX-License-Identifier: Apache-2.0
#include "workflows/deferral.h"

#include "async/signal.h"
#include "engine/outage.h"
#include "engine/retry_pause.h"
#include "store/store.h"

#include <utility>

namespace sluice {

namespace {

Async<Result<bool>> come_back(Stop& stop)
{
    co_await stop.goes_on();
    co_return true;
}

} // namespace

Deferral::Deferral(
    asio::any_io_executor loop, Store& store, const Leased& task, Stop& stop,
    const WorkerId& worker, Micros defer_after, Log log
)
    : store_(store),
      task_(task),
      stop_(stop),
      worker_(worker),
      defer_after_(defer_after),
      log_(std::move(log)),
      broken_off_(std::move(loop))
{}

void Deferral::begin()
{
    is_under_way_ = true;
    due_ = Clock::now() + defer_after_;
    stop_.waits();
}

Async<Result<bool>> Deferral::defer(Defer::To to)
{
    Defer request;
    request.task = task_.task;
    request.run = task_.run;
    request.attempt = task_.attempt;
    request.worker = worker_;
    request.to = to;
    co_return co_await store_.defer(std::move(request));
}

Async<void> Deferral::write()
{
    due_.reset();
    const Result<bool> written = co_await defer(Defer::To::waits);
    is_written_ |= written || is_retryable(written.error().code);
    if (written)
        co_return;
    warn_unless_away(log_, "deferral of a task", written.error());
    if (is_retryable(written.error().code))
        due_ = Clock::now() + defer_after_;
}

Async<Deferral::End> Deferral::end()
{
    due_.reset();
    Async<Result<bool>> coming = come_back(stop_);
    const std::optional<Result<bool>> back = co_await with_stop(std::move(coming), broken_off_);
    if (!back || broken_off_.requested())
        co_return End::broken_off;
    is_under_way_ = false;
    // The body goes on when its clock does.
    while (is_written_) {
        const Result<bool> told = co_await defer(Defer::To::goes_on);
        is_written_ = !told;
        if (told)
            break;
        warn_unless_away(log_, "deferral of a task", told.error());
        if (!is_retryable(told.error().code))
            co_return End::lost;
        co_await sleep_for(retry_pause);
        if (broken_off_.requested())
            co_return End::broken_off;
    }
    co_return End::slot_is_back;
}

} // namespace sluice
