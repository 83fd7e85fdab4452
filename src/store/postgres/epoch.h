// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sluice::postgres {

// PostgreSQL counts microseconds from 2000-01-01 UTC; this is that moment in ours.
inline constexpr std::int64_t epoch_micros = 946'684'800'000'000;

} // namespace sluice::postgres
