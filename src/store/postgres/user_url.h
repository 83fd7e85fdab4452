// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/postgres/connect.h"

#include <string>
#include <string_view>

namespace sluice::postgres {

struct User {
    std::string_view name;
    std::string_view password;
};

// `url`, which libpq can read, for another user. Host, port and database are those that its
// connection had (`words`), wherever they came from: elsewhere the defaults may be others.
std::string url_for(const User& user, const std::string& url, const Words& words);

} // namespace sluice::postgres
