// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.h"

#include <string>
#include <string_view>

namespace sluice {

// A new API key: "sluice_" and 40 random letters and digits. It is shown once and stored hashed.
std::string make_api_key(Random& random);

// What is stored of a key: SHA-256, hexadecimal. Keys are random, so no salt is needed.
std::string hash_api_key(std::string_view key);

// SHA-256 of any text, hexadecimal.
std::string sha256_hex(std::string_view text);

} // namespace sluice
