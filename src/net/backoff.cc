// SPDX-License-Identifier: Apache-2.0
#include "net/backoff.h"

#include "base/assert.h"
#include "base/text.h"

#include <algorithm>
#include <charconv>

namespace sluice {

std::chrono::milliseconds delay_after(int failures, const Backoff& backoff, Random& random)
{
    SLUICE_ASSERT(failures >= 1);
    // 20 doublings of a millisecond are 17 minutes, far from overflow.
    const std::int64_t factor = std::int64_t{1} << std::min(failures - 1, 20);
    const auto longest = std::min(backoff.delay_max, backoff.delay_base * factor);
    const auto half = static_cast<std::uint64_t>(longest.count() / 2);
    return longest - std::chrono::milliseconds(random.next() % (half + 1));
}

bool is_retryable_status(int status)
{
    if (status == 408 || status == 429)
        return true;
    return status >= 500 && status <= 599 && status != 501 && status != 505;
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view value)
{
    const std::string_view text = trim(value);
    std::uint32_t seconds = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (failure != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return std::chrono::seconds(std::min(seconds, 3600u));
}

} // namespace sluice
