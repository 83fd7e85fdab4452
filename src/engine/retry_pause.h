// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace sluice {

// From a read of the store that has failed to the next one, for whoever cannot go on without it.
constexpr std::chrono::milliseconds retry_pause{250};

} // namespace sluice
