// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/schedule/cron.h"

#include <chrono>
#include <cstdint>

namespace sluice {

// The days of that month that match, as bits 1 to 31. Whether the month matches is not asked.
std::uint64_t matching_days(const Cron& cron, std::chrono::year_month month);

} // namespace sluice
