// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.h"

namespace sluice {

// How the settings of webhooks are read and shown, for actions that say nothing themselves; the
// table is in settings.cc. Errors: invalid, saying what is accepted.

Result<void> set_webhook_start_retries(Config& config, std::string_view text);
std::string show_webhook_start_retries(const Config& config);
Result<void> set_webhook_retries(Config& config, std::string_view text);
std::string show_webhook_retries(const Config& config);
Result<void> set_webhook_start_retry_delay(Config& config, std::string_view text);
std::string show_webhook_start_retry_delay(const Config& config);
Result<void> set_webhook_retry_delay(Config& config, std::string_view text);
std::string show_webhook_retry_delay(const Config& config);
Result<void> set_webhook_timeout(Config& config, std::string_view text);
std::string show_webhook_timeout(const Config& config);
Result<void> set_webhook_host_limit(Config& config, std::string_view text);
std::string show_webhook_host_limit(const Config& config);

} // namespace sluice
