// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// The secret in an Authorization header: the password of Basic (any user name) or the token of
// Bearer. Errors (unauthorized): another scheme, not base64, no password. Error texts never hold a
// part of the header.
Result<std::string> parse_credentials(std::string_view authorization);

// Standard base64 (RFC 4648, section 4), padding required.
std::optional<std::string> decode_base64(std::string_view text);

} // namespace sluice
