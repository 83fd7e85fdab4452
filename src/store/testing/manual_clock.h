// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/store_clock.h"

namespace sluice::testing {

// The machine's clocks in the hands of a test.
class ManualClock final : public ClockSource {
public:
    Micros since_boot() const override { return Micros{since_boot_.load()}; }
    Time wall() const override { return from_micros(wall_.load()); }

    // Time goes by.
    void advance(Micros time)
    {
        since_boot_ += time.count();
        wall_ += time.count();
    }

    // Somebody sets the wall clock.
    void jump(Micros time) { wall_ += time.count(); }

private:
    std::atomic<std::int64_t> since_boot_ = 1'000'000'000;
    std::atomic<std::int64_t> wall_ = 1'767'225'600'000'000; // 2026
};

} // namespace sluice::testing
