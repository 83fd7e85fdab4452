// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sluice {

// The path of a request for logs and traces: the part that is plain text, short. What follows may
// be a query that was encoded by mistake, and a handle has its token there.
std::string plain_path(std::string_view path);

bool is_plain(char c); // needs neither quotes nor escapes in a log

} // namespace sluice
