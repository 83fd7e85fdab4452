// SPDX-License-Identifier: Apache-2.0
#include "net/body_pump.h"

#include <utility>

namespace sluice {

BodyPump::BodyPump(const asio::any_io_executor& executor, BodySink& sink, std::size_t buffer_bytes)
    : sink_(sink), buffer_bytes_(buffer_bytes), news_(executor)
{}

bool BodyPump::offer(std::string_view piece)
{
    refused_ = is_full();
    if (refused_)
        return false;
    filling_.append(piece);
    if (is_full())
        news_.notify();
    return true;
}

bool BodyPump::turn_over()
{
    given_.clear();
    std::swap(filling_, given_);
    return std::exchange(refused_, false);
}

Async<bool> BodyPump::give()
{
    return sink_.take(given_);
}

} // namespace sluice
