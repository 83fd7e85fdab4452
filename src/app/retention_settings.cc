// SPDX-License-Identifier: Apache-2.0
#include "app/retention_settings.h"

#include "app/setting_values.h"
#include "model/duration.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::size_t days_max = 36'500;
constexpr std::size_t piece_max = 100'000;

} // namespace

Result<void> set_retention(Config& config, std::string_view text)
{
    return set_switch(config.retention, text);
}

std::string show_retention(const Config& config)
{
    return config.retention ? "true" : "false";
}

Result<void> set_retention_days(Config& config, std::string_view text)
{
    return set_count(config.retention_days, text, days_max);
}

std::string show_retention_days(const Config& config)
{
    return fmt::format("{}", config.retention_days);
}

Result<void> set_retention_deleted_days(Config& config, std::string_view text)
{
    return set_count(config.retention_deleted_days, text, days_max);
}

std::string show_retention_deleted_days(const Config& config)
{
    return fmt::format("{}", config.retention_deleted_days);
}

Result<void> set_retention_interval(Config& config, std::string_view text)
{
    const Result<std::chrono::seconds> interval = parse_duration(text);
    if (!interval)
        return interval.error();
    config.retention_interval = *interval;
    return {};
}

std::string show_retention_interval(const Config& config)
{
    return format_duration(config.retention_interval);
}

Result<void> set_retention_batch_size(Config& config, std::string_view text)
{
    return set_count(config.retention_batch_size, text, piece_max);
}

std::string show_retention_batch_size(const Config& config)
{
    return fmt::format("{}", config.retention_batch_size);
}

Result<void> set_audit_days(Config& config, std::string_view text)
{
    const auto days = whole_number<std::size_t>(text);
    if (!days || *days > days_max)
        return refuse(fmt::format("a whole number from 0 to {}", days_max), text);
    config.audit_days = *days;
    return {};
}

std::string show_audit_days(const Config& config)
{
    return fmt::format("{}", config.audit_days);
}

} // namespace sluice
