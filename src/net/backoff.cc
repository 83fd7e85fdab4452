// SPDX-License-Identifier: Apache-2.0
#include "net/backoff.h"

#include "base/assert.h"
#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace sluice {

namespace {

constexpr std::chrono::seconds retry_after_max = std::chrono::hours(1);

} // namespace

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
    return std::min(std::chrono::seconds(seconds), retry_after_max);
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, Time now)
{
    const std::optional<Time> date = parse_http_date(value);
    if (!date)
        return parse_retry_after(value);
    const auto left = std::chrono::ceil<std::chrono::seconds>(*date - now);
    return std::clamp(left, std::chrono::seconds(0), retry_after_max);
}

std::optional<Time> parse_http_date(std::string_view value)
{
    const std::string text(trim(value));
    std::tm parts{};
    const char* end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (!end || *end != '\0')
        return std::nullopt;
    return Time(std::chrono::seconds(timegm(&parts)));
}

} // namespace sluice
