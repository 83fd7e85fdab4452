// SPDX-License-Identifier: Apache-2.0
#include "store/break_off.h"

#include "store/failure.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <sys/eventfd.h>
#include <unistd.h>

namespace sluice {

BreakOff::BreakOff() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (!event_)
        throw StoreFailure(
            StoreFailure::Kind::broken,
            Error{Errc::unavailable, fmt::format("eventfd: {}", os_message(errno))}
        );
}

void BreakOff::give() noexcept
{
    is_given_.store(true, std::memory_order_release);
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(event_.get(), &one, sizeof one);
}

} // namespace sluice
