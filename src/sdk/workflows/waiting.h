// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sdk/workflows/errors.h"
#include "workflows/host.h"
#include "workflows/pending.h"

#include <algorithm>
#include <chrono>
#include <optional>

namespace sluice::workflows {

using Deadline = std::optional<std::chrono::steady_clock::time_point>; // nothing: never

// How long one wait of a thread may be, so that sums with the clock do not overflow.
inline constexpr Micros wait_max = std::chrono::hours(24);

// How soon a body that waits for a run sees that its own attempt was stopped.
inline constexpr Micros look_at_stop = std::chrono::milliseconds(20);

inline Micros time_left(const Deadline& deadline)
{
    if (!deadline)
        return wait_max;
    const auto left = *deadline - std::chrono::steady_clock::now();
    return std::clamp(std::chrono::ceil<Micros>(left), Micros(0), wait_max);
}

// False: it is not answered by then.
template <class T>
bool wait_outside(const Pending<T>& pending, const Deadline& deadline)
{
    do {
        if (pending.wait_for(time_left(deadline)))
            return true;
    } while (time_left(deadline) > Micros(0));
    return false;
}

// The same in a body, whose slot is given to others meanwhile. Throws TaskStopped.
template <class T>
bool wait_in_body(const Pending<T>& pending, const Deadline& deadline)
{
    SlotBack slot;
    do {
        if (pending.wait_for(std::min(time_left(deadline), look_at_stop)))
            return true;
        if (slot.is_stopped())
            throw TaskStopped();
    } while (time_left(deadline) > Micros(0));
    return false;
}

// For the end of a run.
template <class T>
bool wait_long(const Pending<T>& pending, const Deadline& deadline = {})
{
    if (pending.is_answered())
        return true;
    return BodyAttempt::current() ? wait_in_body(pending, deadline)
                                  : wait_outside(pending, deadline);
}

// For what the loop does at once: the answer, or its error as an exception.
template <class T>
T answer_of(const PendingPtr<T>& pending)
{
    pending->wait();
    return value_or_throw(pending->get());
}

} // namespace sluice::workflows
