// SPDX-License-Identifier: Apache-2.0
#include "bench/http/starts.h"

namespace sluice::bench {

namespace {

constexpr std::chrono::minutes start_patience{1};

} // namespace

Targets::OnCall Starts::on_call()
{
    return [this](const TargetCall& call) { add(call); };
}

void Starts::add(const TargetCall& call)
{
    ++seen_;
    Start start{std::string(call.task), call.at};
    starts_.push_back(std::move(start));
    if (waiters_.empty())
        return;
    waiters_.front()->notify();
    waiters_.pop_front();
}

void Starts::close()
{
    closed_ = true;
    for (Signal* waiter : waiters_)
        waiter->notify();
    waiters_.clear();
}

Async<Result<Start>> Starts::next()
{
    // Somebody else may have been quicker than the one who was woken.
    while (starts_.empty() && !closed_) {
        Signal woken(executor_);
        waiters_.push_back(&woken);
        co_await woken.wait_for(start_patience);
        if (std::erase(waiters_, &woken) > 0)
            co_return Error{Errc::timed_out, "no task was started for a minute"};
    }
    if (closed_)
        co_return Error{Errc::unavailable, "no start is waited for any more"};
    Start start = std::move(starts_.front());
    starts_.pop_front();
    co_return start;
}

Async<Result<std::vector<Start>>> Starts::next(std::int64_t count)
{
    std::vector<Start> starts;
    while (static_cast<std::int64_t>(starts.size()) < count) {
        Result<Start> start = co_await next();
        if (!start)
            co_return start.error();
        starts.push_back(*std::move(start));
    }
    co_return starts;
}

} // namespace sluice::bench
