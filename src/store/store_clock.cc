// SPDX-License-Identifier: Apache-2.0
#include "store/store_clock.h"

#include <ctime>

namespace sluice {

namespace {

Micros read(clockid_t clock)
{
    timespec now{};
    ::clock_gettime(clock, &now);
    return std::chrono::seconds{now.tv_sec} + Micros{now.tv_nsec / 1000};
}

} // namespace

Micros SystemClockSource::since_boot() const
{
    return read(CLOCK_BOOTTIME);
}

Time SystemClockSource::wall() const
{
    return Time{read(CLOCK_REALTIME)};
}

} // namespace sluice
