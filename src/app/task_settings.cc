// SPDX-License-Identifier: Apache-2.0
#include "app/task_settings.h"

#include "base/text.h"
#include "net/guard/address_guard.h"

#include <fmt/format.h>

#include <charconv>

namespace sluice {

namespace {

constexpr std::size_t concurrency_max = 10'000;

Error refuse(std::string_view accepted, std::string_view text)
{
    return Error{Errc::invalid, fmt::format("must be {}, not '{}'", accepted, printable(text))};
}

std::vector<std::string> list_of(std::string_view text)
{
    std::vector<std::string> items = split(text, ',');
    for (std::string& item : items)
        item = std::string(trim(item));
    return items;
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
    if (!text.starts_with("http://") && !text.starts_with("https://"))
        return refuse("a URL, http://… or https://…", text);
    while (text.ends_with('/'))
        text.remove_suffix(1);
    config.host_url = text;
    return {};
}

Result<void> set_skip_ssrf_validation(Config& config, std::string_view text)
{
    const bool is_on = text == "1" || text == "true";
    if (!is_on && text != "0" && text != "false")
        return refuse("1, true, 0 or false", text);
    config.skip_ssrf_validation = is_on;
    return {};
}

std::string show_skip_ssrf_validation(const Config& config)
{
    return config.skip_ssrf_validation ? "true" : "false";
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
    std::size_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end || number == 0 || number > concurrency_max)
        return refuse(fmt::format("a whole number from 1 to {}", concurrency_max), text);
    config.webhook_concurrency = number;
    return {};
}

std::string show_webhook_concurrency(const Config& config)
{
    return fmt::format("{}", config.webhook_concurrency);
}

} // namespace sluice
