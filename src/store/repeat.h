// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/reads.h"
#include "store/requests.h"

#include <string_view>

namespace sluice {

// The answer to a submission whose idempotency key was used before. Errors: conflict (for another
// body), unavailable (the first one is not done yet).
Result<Submitted>
repeat_of(const Reads::KeyedRequest& first, std::string_view key, std::string_view body_hash);

} // namespace sluice
