// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.h"

namespace sluice {

// How variables of Task Runner are read that say otherwise than ours what a setting is; the table
// is in settings.cc. Errors: invalid, saying what is accepted.

// PORT: the port alone; the address stays the usual one.
Result<void> set_port(Config& config, std::string_view text);

// RUST_LOG: levels of parts that this program does not have, `task_runner=debug,tower=warn`. What
// counts is the level that stands alone, for everything else; without one the most detailed.
Result<void> set_rust_log(Config& config, std::string_view text);

} // namespace sluice
