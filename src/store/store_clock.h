// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"

#include <atomic>

namespace sluice {

// The machine's two clocks, so that tests can set them.
class ClockSource {
public:
    virtual ~ClockSource() = default;
    virtual Micros since_boot() const = 0; // runs on during sleep, never jumps
    virtual Time wall() const = 0;         // may jump
};

class SystemClockSource final : public ClockSource {
public:
    Micros since_boot() const override;
    Time wall() const override;
};

// Store time: time since boot plus an offset. The offset follows the wall clock (of the database's
// machine, on PostgreSQL) only through the CheckClock use case, which moves the leases along, so a
// clock that is set never steals a lease. Safe from any thread.
class StoreClock final : public Clock {
public:
    explicit StoreClock(const ClockSource& source)
        : source_(source), offset_(measured(source.wall()).count())
    {}

    Time now() const override { return Time{source_.since_boot() + offset()}; }

    Micros offset() const { return Micros{offset_.load(std::memory_order_relaxed)}; }
    void set_offset(Micros offset) { offset_.store(offset.count(), std::memory_order_relaxed); }

    // The offset that a clock which shows `wall` now would need.
    Micros measured(Time wall) const { return wall.time_since_epoch() - source_.since_boot(); }
    const ClockSource& source() const { return source_; }

private:
    const ClockSource& source_;
    std::atomic<std::int64_t> offset_;
};

} // namespace sluice
