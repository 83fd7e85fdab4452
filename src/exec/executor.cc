// SPDX-License-Identifier: Apache-2.0
#include "exec/executor.h"

#include <utility>

namespace sluice {

void Stop::request()
{
    if (std::exchange(requested_, true))
        return;
    if (const std::function<void()> callback = std::exchange(callback_, nullptr))
        callback();
}

void Stop::on_request(std::function<void()> callback)
{
    if (requested_)
        callback();
    else
        callback_ = std::move(callback);
}

void Stop::abandon()
{
    request();
    if (std::exchange(is_abandoned_, true))
        return;
    if (const std::function<void()> callback = std::exchange(abandoned_, nullptr))
        callback();
}

void Stop::on_abandon(std::function<void()> callback)
{
    if (is_abandoned_)
        callback();
    else
        abandoned_ = std::move(callback);
}

void Stop::outdate()
{
    is_outdated_ = true;
    if (is_waiting_)
        request();
}

void Stop::waits()
{
    if (std::exchange(is_waiting_, true))
        return;
    if (place_)
        place_->leave();
    if (is_outdated_)
        request();
}

Async<void> Stop::goes_on()
{
    if (place_)
        co_await place_->enter();
    is_waiting_ = false;
}

} // namespace sluice
