// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace sluice {

// How long the pages of the task service's lists are.
struct PageSizes {
    std::size_t usual = 50;    // when the client does not say
    std::size_t largest = 100; // whatever it says

    // What a page has when so much was asked for; 0 and less: nothing was.
    std::size_t limit(std::int64_t asked) const
    {
        return std::min(asked <= 0 ? usual : static_cast<std::size_t>(asked), largest);
    }
};

} // namespace sluice
