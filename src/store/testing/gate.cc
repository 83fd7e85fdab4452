// SPDX-License-Identifier: Apache-2.0
#include "store/testing/gate.h"

#include <boost/asio/post.hpp>

namespace sluice::testing {

void Gate::before(std::string_view statement)
{
    std::unique_lock lock(mutex_);
    ++seen_;
    asio::post(executor_, [] {});
    if (stop_at_ == 0 || seen_ != stop_at_)
        return;
    reached_ = statement;
    opened_.wait(lock, [this] { return stop_at_ == 0; });
    reached_.clear();
}

void Gate::committed()
{
    std::lock_guard lock(mutex_);
    ++groups_;
}

int Gate::groups() const
{
    std::lock_guard lock(mutex_);
    return groups_;
}

void Gate::close_at(int nth)
{
    std::lock_guard lock(mutex_);
    stop_at_ = nth;
    seen_ = 0;
}

void Gate::open()
{
    {
        std::lock_guard lock(mutex_);
        stop_at_ = 0;
    }
    opened_.notify_all();
}

bool Gate::is_reached() const
{
    std::lock_guard lock(mutex_);
    return !reached_.empty();
}

std::string Gate::reached() const
{
    std::lock_guard lock(mutex_);
    return reached_;
}

int Gate::passed() const
{
    std::lock_guard lock(mutex_);
    return seen_;
}

} // namespace sluice::testing
