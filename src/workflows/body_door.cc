// SPDX-License-Identifier: Apache-2.0
#include "workflows/body_door.h"

#include <utility>

namespace sluice {

bool BodyDoor::to_loop(Work work)
{
    const std::lock_guard lock(mutex_);
    return inbox_ && inbox_->post(std::move(work));
}

bool BodyDoor::to_threads(Work work)
{
    const std::lock_guard lock(mutex_);
    return threads_ && threads_->post(std::move(work));
}

void BodyDoor::shut()
{
    std::unique_ptr<Inbox> inbox; // goes when the lock is free again, with what it holds
    const std::lock_guard lock(mutex_);
    inbox.swap(inbox_);
    threads_ = nullptr;
}

bool BodyDoor::begin_waiting()
{
    if (++waiting_ <= waiting_max_)
        return true;
    --waiting_;
    return false;
}

} // namespace sluice
