// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.h"

namespace sluice {

// How the settings of the task service are read and shown; the table is in settings.cc. Errors:
// invalid, saying what is accepted.

Result<void> set_host_url(Config& config, std::string_view text);

// "1" or "true": webhooks may go anywhere. For development.
Result<void> set_skip_ssrf_validation(Config& config, std::string_view text);
std::string show_skip_ssrf_validation(const Config& config);

// Lists, separated by commas; what stands in them is checked by the guard that is made of them.
Result<void> set_blocked_hostnames(Config& config, std::string_view text);
std::string show_blocked_hostnames(const Config& config);
Result<void> set_blocked_hostname_suffixes(Config& config, std::string_view text);
std::string show_blocked_hostname_suffixes(const Config& config);
Result<void> set_allowed_networks(Config& config, std::string_view text);
std::string show_allowed_networks(const Config& config);

// Secrets, separated by commas, the newest first.
Result<void> set_webhook_secrets(Config& config, std::string_view text);
std::string show_webhook_secrets(const Config& config);

Result<void> set_webhook_concurrency(Config& config, std::string_view text);
std::string show_webhook_concurrency(const Config& config);
Result<void> set_connections_max(Config& config, std::string_view text);
std::string show_connections_max(const Config& config);
Result<void> set_body_bytes_max(Config& config, std::string_view text);
std::string show_body_bytes_max(const Config& config);
Result<void> set_store_breaker(Config& config, std::string_view text);
std::string show_store_breaker(const Config& config);
Result<void> set_store_breaker_failures(Config& config, std::string_view text);
std::string show_store_breaker_failures(const Config& config);
Result<void> set_store_breaker_pause(Config& config, std::string_view text);
std::string show_store_breaker_pause(const Config& config);
Result<void> set_slow_query(Config& config, std::string_view text);
std::string show_slow_query(const Config& config);

// How long pages of lists are, when the client does not say and at most.
Result<void> set_page_size(Config& config, std::string_view text);
std::string show_page_size(const Config& config);
Result<void> set_page_size_max(Config& config, std::string_view text);
std::string show_page_size_max(const Config& config);

Result<void> set_dead_end_cancel(Config& config, std::string_view text);
std::string show_dead_end_cancel(const Config& config);

// How often one client may ask.
Result<void> set_rate_limit(Config& config, std::string_view text);
std::string show_rate_limit(const Config& config);
Result<void> set_rate_limit_burst(Config& config, std::string_view text);
std::string show_rate_limit_burst(const Config& config);

} // namespace sluice
