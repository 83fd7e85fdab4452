// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.h"

#include <string>

namespace sluice {

// The key of the tokens in handles (setting handle_secret): 256 random bits, hexadecimal. Made with
// the database; servers that share one accept each other's handles.
std::string new_handle_secret(Random& random);

} // namespace sluice
