// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/session.h"

#include <memory>
#include <string>

namespace sluice {

// What a commit waits for. normal loses acknowledged commits when the power fails.
enum class SqliteSync : std::uint8_t { full, normal };

struct SqliteOptions {
    std::string path; // of the database file; ":memory:" is a database of this one session
    StatementObserver* observer = nullptr; // outlives the session
    SqliteSync sync = SqliteSync::full;
};

// A session on an SQLite file, which is made if it does not exist. connect() brings its tables up
// to date. It has one connection, for reads as well as for writes: a store makes one session per
// thread; with ":memory:" it has one session in all.
std::unique_ptr<Session> make_sqlite_session(const SqliteOptions& options);

} // namespace sluice
