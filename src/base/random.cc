// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include "base/assert.h"

#include <sys/random.h>

namespace sluice {

std::uint64_t SystemRandom::next()
{
    std::uint64_t value = 0;
    SLUICE_ASSERT(::getrandom(&value, sizeof value, 0) == sizeof value);
    return value;
}

std::uint64_t SeededRandom::next()
{
    std::uint64_t x = state_ += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

std::string random_text(Random& random, std::string_view alphabet, std::size_t length)
{
    // Values above the largest multiple of the alphabet would favour its first letters: draw again.
    const std::uint64_t limit = UINT64_MAX - UINT64_MAX % alphabet.size();
    std::string text;
    while (text.size() < length) {
        const std::uint64_t value = random.next();
        if (value < limit)
            text += alphabet[value % alphabet.size()];
    }
    return text;
}

} // namespace sluice
