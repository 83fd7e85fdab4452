// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/os.h"

#include <atomic>

namespace sluice {

// The word to all threads of a store that the database is not waited for any more: what they do
// fails soon, what comes later at once. Given once, by any thread.
class BreakOff {
public:
    BreakOff(); // throws StoreFailure (broken) when there are no descriptors

    void give() noexcept;
    bool is_given() const noexcept { return is_given_.load(std::memory_order_acquire); }

    // For poll(): readable from then on.
    int descriptor() const noexcept { return event_.get(); }

private:
    Fd event_;
    std::atomic<bool> is_given_{false};
};

} // namespace sluice
