// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"

#include <algorithm>
#include <chrono>

namespace sluice::workflows {

// A duration of a program in microseconds, or as near as those come: of what is beyond every bound
// the check of bounds says so.
template <class Rep, class Period>
Micros micros_of(std::chrono::duration<Rep, Period> duration)
{
    using Given = std::chrono::duration<Rep, Period>;
    constexpr Given most = std::chrono::floor<Given>(Micros::max());
    return std::clamp(duration, -most, most);
}

} // namespace sluice::workflows
