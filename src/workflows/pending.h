// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "workflows/call_error.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace sluice {

// The answer to a call of a program that the loop works on. Whoever asked waits for it on a thread
// of its own, in slices if it has other things to look at; the loop answers once, the first answer
// counts. Shared by both: who asked may go away.
template <class T>
class Pending {
public:
    void answer(CallResult<T> result)
    {
        {
            const std::lock_guard lock(mutex_);
            if (result_)
                return;
            result_.emplace(std::move(result));
        }
        answered_.notify_all();
    }

    bool is_answered() const
    {
        const std::lock_guard lock(mutex_);
        return result_.has_value();
    }

    // Whether the answer is there, at the latest after `limit`.
    bool wait_for(Micros limit) const
    {
        std::unique_lock lock(mutex_);
        return answered_.wait_for(lock, limit, [&] { return result_.has_value(); });
    }

    void wait() const
    {
        std::unique_lock lock(mutex_);
        answered_.wait(lock, [&] { return result_.has_value(); });
    }

    // The answer, which is there by now.
    CallResult<T> get() const
    {
        const std::lock_guard lock(mutex_);
        return *result_;
    }

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable answered_;
    std::optional<CallResult<T>> result_;
};

template <class T>
using PendingPtr = std::shared_ptr<Pending<T>>;

} // namespace sluice
