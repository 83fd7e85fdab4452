// SPDX-License-Identifier: Apache-2.0
#include "app/webhook_settings.h"

#include "app/setting_values.h"
#include "model/duration.h"
#include "model/webhook/action.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::size_t host_limit_max = 10'000;

// As many as one action may ask for.
Result<void> set_retries(std::size_t& retries, std::string_view text)
{
    const auto most = static_cast<std::size_t>(ActionLimits().retries_max);
    const auto number = whole_number<std::size_t>(text);
    if (!number || *number > most)
        return refuse(fmt::format("a whole number from 0 to {}", most), text);
    retries = *number;
    return {};
}

// As long as one action may ask for.
Result<void> set_delay(std::chrono::milliseconds& delay, std::string_view text)
{
    const std::chrono::milliseconds longest = ActionLimits().delay_max;
    std::size_t count = 0;
    const Result<void> read = set_count(count, text, static_cast<std::size_t>(longest.count()));
    if (read)
        delay = std::chrono::milliseconds(count);
    return read;
}

} // namespace

Result<void> set_webhook_start_retries(Config& config, std::string_view text)
{
    return set_retries(config.webhook_start_retries, text);
}

std::string show_webhook_start_retries(const Config& config)
{
    return fmt::format("{}", config.webhook_start_retries);
}

Result<void> set_webhook_retries(Config& config, std::string_view text)
{
    return set_retries(config.webhook_retries, text);
}

std::string show_webhook_retries(const Config& config)
{
    return fmt::format("{}", config.webhook_retries);
}

Result<void> set_webhook_start_retry_delay(Config& config, std::string_view text)
{
    return set_delay(config.webhook_start_retry_delay, text);
}

std::string show_webhook_start_retry_delay(const Config& config)
{
    return fmt::format("{}", config.webhook_start_retry_delay.count());
}

Result<void> set_webhook_retry_delay(Config& config, std::string_view text)
{
    return set_delay(config.webhook_retry_delay, text);
}

std::string show_webhook_retry_delay(const Config& config)
{
    return fmt::format("{}", config.webhook_retry_delay.count());
}

Result<void> set_webhook_timeout(Config& config, std::string_view text)
{
    const std::chrono::seconds longest = ActionLimits().timeout_max;
    const Result<std::chrono::seconds> timeout = parse_duration(text);
    if (!timeout || *timeout > longest)
        return refuse(fmt::format("a time from 1s to {}", format_duration(longest)), text);
    config.webhook_timeout = *timeout;
    return {};
}

std::string show_webhook_timeout(const Config& config)
{
    return format_duration(config.webhook_timeout);
}

Result<void> set_webhook_host_limit(Config& config, std::string_view text)
{
    return set_count(config.webhook_host_limit, text, host_limit_max);
}

std::string show_webhook_host_limit(const Config& config)
{
    return fmt::format("{}", config.webhook_host_limit);
}

} // namespace sluice
