// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.h"

namespace sluice {

// How the settings of retention are read and shown; the table is in settings.cc. Errors: invalid,
// saying what is accepted.

Result<void> set_retention(Config& config, std::string_view text);
std::string show_retention(const Config& config);
Result<void> set_retention_days(Config& config, std::string_view text);
std::string show_retention_days(const Config& config);
Result<void> set_retention_deleted_days(Config& config, std::string_view text);
std::string show_retention_deleted_days(const Config& config);
Result<void> set_retention_interval(Config& config, std::string_view text);
std::string show_retention_interval(const Config& config);
Result<void> set_retention_batch_size(Config& config, std::string_view text);
std::string show_retention_batch_size(const Config& config);
Result<void> set_audit_days(Config& config, std::string_view text); // 0: for ever
std::string show_audit_days(const Config& config);

} // namespace sluice
