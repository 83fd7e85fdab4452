// SPDX-License-Identifier: Apache-2.0
#include "store/burst.h"

#include <boost/asio/post.hpp>

#include <utility>

namespace sluice {

Burst::Burst(asio::any_io_executor executor, Tell tell, Clock::duration hold)
    : executor_(std::move(executor)), tell_(std::move(tell)), hold_(hold)
{}

void Burst::push(OperationBase& operation)
{
    const bool is_first = pushed_.empty();
    pushed_.push_back(&operation);
    if (is_first)
        since_ = Clock::now();
    else if (is_held_long())
        return tell_now();
    if (!is_posted_)
        post_end();
}

void Burst::post_end()
{
    is_posted_ = true;
    asio::post(executor_, [this, exists = std::weak_ptr(exists_)] {
        if (!exists.expired())
            end_turn();
    });
}

void Burst::end_turn()
{
    is_posted_ = false;
    const bool waits = std::exchange(is_more_expected_, false) && !pushed_.empty();
    if (waits && !is_held_long())
        post_end();
    else
        tell_now();
}

void Burst::tell_now()
{
    if (pushed_.empty())
        return;
    tell_(pushed_);
    pushed_.clear();
}

} // namespace sluice
