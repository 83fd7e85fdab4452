// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sluice {

// The URL with everything behind its host percent-encoded that RFC 3986 does not let stand there,
// like "{", "[" or an umlaut: people write such URLs, and browsers and other clients send them.
// Spaces and control characters stay.
std::string escape_strays(std::string_view url);

} // namespace sluice
