// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// What a database URL names. `sqlite:///path`, `sqlite://path`, `sqlite://:memory:`, `:memory:` and
// bare paths are SQLite; `postgres://` and `postgresql://` are PostgreSQL, kept as they are for
// libpq.
struct DatabaseUrl {
    enum class Dialect : std::uint8_t { sqlite, postgres };
    Dialect dialect = Dialect::sqlite;
    std::string target;                // the path, or the whole URL
    std::string query;                 // of SQLite: `?…` as it came, or empty
    bool must_exist = false;           // `mode=rw`: the file is not made
    std::vector<std::string> warnings; // parts that were understood but do nothing
};

// The path of SQLite is everything after `sqlite://`, or all of a bare path, up to `?`. What
// follows is `mode=rwc` (which is how files are opened anyway) or `mode=rw`; other keys do nothing.
// Errors (invalid): other schemes, other modes, an empty path, a NUL.
Result<DatabaseUrl> parse_database_url(std::string_view url);

// A database that can have schemas. Errors (invalid): SQLite.
Result<void> check_has_schemas(const DatabaseUrl& url);

} // namespace sluice
