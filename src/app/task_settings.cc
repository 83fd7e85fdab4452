// SPDX-License-Identifier: Apache-2.0
#include "app/task_settings.h"

#include "app/setting_values.h"
#include "base/text.h"
#include "net/guard/address_guard.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::size_t concurrency_max = 10'000;
constexpr std::size_t connections_max = 1'000'000;
constexpr std::size_t body_bytes_max = 1u << 30; // it is in memory while it is read
constexpr std::size_t slow_query_ms_max = 3'600'000;
constexpr std::size_t breaker_failures_max = 1'000'000;
constexpr std::size_t breaker_pause_secs_max = 3600;
constexpr std::size_t rate_max = 1'000'000;
constexpr std::size_t page_max = 10'000; // of tasks without their actions: some megabytes

std::vector<std::string> list_of(std::string_view text)
{
    std::vector<std::string> items = split(text, ',');
    for (std::string& item : items)
        item = std::string(trim(item));
    return items;
}

Result<void> set_rate(std::size_t& rate, std::string_view text)
{
    const auto number = whole_number<std::size_t>(text);
    if (!number || *number > rate_max)
        return refuse(fmt::format("a whole number from 0 to {}", rate_max), text);
    rate = *number;
    return {};
}

std::string show_switch(bool is_on)
{
    return is_on ? "true" : "false";
}

// Whether a guard can be made of the settings so far: its words about an element are the best.
Result<void> check_guard(AddressGuard::Options options)
{
    const Result<AddressGuard> guard = AddressGuard::make(std::move(options));
    return guard ? Result<void>() : Result<void>(guard.error());
}

} // namespace

Result<void> set_host_url(Config& config, std::string_view text)
{
    return set_url(config.host_url, text);
}

Result<void> set_skip_ssrf_validation(Config& config, std::string_view text)
{
    return set_switch(config.skip_ssrf_validation, text);
}

std::string show_skip_ssrf_validation(const Config& config)
{
    return show_switch(config.skip_ssrf_validation);
}

Result<void> set_blocked_hostnames(Config& config, std::string_view text)
{
    config.blocked_hostnames = list_of(text);
    return check_guard({.blocked_hosts = config.blocked_hostnames});
}

std::string show_blocked_hostnames(const Config& config)
{
    return join(config.blocked_hostnames, ",");
}

Result<void> set_blocked_hostname_suffixes(Config& config, std::string_view text)
{
    config.blocked_hostname_suffixes = list_of(text);
    return check_guard({.blocked_suffixes = config.blocked_hostname_suffixes});
}

std::string show_blocked_hostname_suffixes(const Config& config)
{
    return join(config.blocked_hostname_suffixes, ",");
}

Result<void> set_allowed_networks(Config& config, std::string_view text)
{
    config.allowed_networks = list_of(text);
    return check_guard({.allowed_networks = config.allowed_networks});
}

std::string show_allowed_networks(const Config& config)
{
    return join(config.allowed_networks, ",");
}

Result<void> set_webhook_secrets(Config& config, std::string_view text)
{
    config.webhook_secrets.clear();
    for (const std::string& item : list_of(text)) {
        Result<WebhookSecret> secret = WebhookSecret::parse(item);
        if (!secret)
            return secret.error();
        config.webhook_secrets.push_back(*std::move(secret));
    }
    return {};
}

std::string show_webhook_secrets(const Config& config)
{
    return config.webhook_secrets.empty() ? "" : "(set)";
}

Result<void> set_webhook_concurrency(Config& config, std::string_view text)
{
    return set_count(config.webhook_concurrency, text, concurrency_max);
}

std::string show_webhook_concurrency(const Config& config)
{
    return fmt::format("{}", config.webhook_concurrency);
}

Result<void> set_connections_max(Config& config, std::string_view text)
{
    return set_count(config.connections_max, text, connections_max);
}

std::string show_connections_max(const Config& config)
{
    return fmt::format("{}", config.connections_max);
}

Result<void> set_body_bytes_max(Config& config, std::string_view text)
{
    return set_count(config.body_bytes_max, text, body_bytes_max);
}

std::string show_body_bytes_max(const Config& config)
{
    return fmt::format("{}", config.body_bytes_max);
}

Result<void> set_store_breaker(Config& config, std::string_view text)
{
    return set_switch(config.store_breaker, text);
}

std::string show_store_breaker(const Config& config)
{
    return show_switch(config.store_breaker);
}

Result<void> set_store_breaker_failures(Config& config, std::string_view text)
{
    return set_count(config.store_breaker_failures, text, breaker_failures_max);
}

std::string show_store_breaker_failures(const Config& config)
{
    return fmt::format("{}", config.store_breaker_failures);
}

Result<void> set_store_breaker_pause(Config& config, std::string_view text)
{
    return set_count(config.store_breaker_pause_secs, text, breaker_pause_secs_max);
}

std::string show_store_breaker_pause(const Config& config)
{
    return fmt::format("{}", config.store_breaker_pause_secs);
}

Result<void> set_slow_query(Config& config, std::string_view text)
{
    std::size_t milliseconds = 0;
    const Result<void> read = set_count(milliseconds, text, slow_query_ms_max);
    if (read)
        config.slow_query = std::chrono::milliseconds(milliseconds);
    return read;
}

std::string show_slow_query(const Config& config)
{
    return fmt::format("{}", config.slow_query.count());
}

Result<void> set_page_size(Config& config, std::string_view text)
{
    return set_count(config.pages.usual, text, page_max);
}

std::string show_page_size(const Config& config)
{
    return fmt::format("{}", config.pages.usual);
}

Result<void> set_page_size_max(Config& config, std::string_view text)
{
    return set_count(config.pages.largest, text, page_max);
}

std::string show_page_size_max(const Config& config)
{
    return fmt::format("{}", config.pages.largest);
}

Result<void> set_dead_end_cancel(Config& config, std::string_view text)
{
    return set_switch(config.dead_end_cancel, text);
}

std::string show_dead_end_cancel(const Config& config)
{
    return show_switch(config.dead_end_cancel);
}

Result<void> set_rate_limit(Config& config, std::string_view text)
{
    return set_rate(config.rate_limit, text);
}

std::string show_rate_limit(const Config& config)
{
    return fmt::format("{}", config.rate_limit);
}

Result<void> set_rate_limit_burst(Config& config, std::string_view text)
{
    return set_rate(config.rate_limit_burst, text);
}

std::string show_rate_limit_burst(const Config& config)
{
    return config.rate_limit_burst == 0 ? "" : fmt::format("{}", config.rate_limit_burst);
}

} // namespace sluice
