// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <string>
#include <string_view>

namespace sluice {

// The key of a service account.
struct GoogleKey {
    std::string client_email;
    std::string private_key; // PEM; secret
    std::string token_uri;   // where it is exchanged for tokens
};

// Reads the JSON that Google gives out. Errors (invalid): no such key; they name what is wrong and
// never quote it.
Result<GoogleKey> parse_google_key(std::string_view json);

// What is exchanged for an access token (RFC 7523): good for an hour. Blocks for a millisecond.
// Errors (invalid): the private key is none.
Result<std::string> make_assertion(const GoogleKey& key, std::string_view scope, Time now);

} // namespace sluice
