// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sluice {

// A token that gives access to one thing and needs no table: the HMAC of the thing's name under a
// key of the server, in base64 for URLs (43 characters). It is good for as long as the key is.
// Tokens of one purpose are no good for another.
struct TokenSubject {
    std::string_view purpose; // a word of ours, without ':'
    std::string_view name;    // of the thing: an id
};

std::string make_access_token(std::string_view key, const TokenSubject& subject);

// Takes the same time wherever the first difference is.
bool is_access_token(std::string_view token, std::string_view key, const TokenSubject& subject);

} // namespace sluice
