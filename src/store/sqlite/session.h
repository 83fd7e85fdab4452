// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/break_off.h"
#include "store/meter.h"
#include "store/session.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace sluice {

// What a commit waits for. normal loses acknowledged commits when the power fails.
enum class SqliteSync : std::uint8_t { full, normal };

struct SqliteOptions {
    std::string path; // of the database file; ":memory:" is a database of this one session
    StatementObserver* observer = nullptr; // outlives the session
    SqliteSync sync = SqliteSync::full;
    // How long to wait for a lock that another process or program holds.
    std::chrono::milliseconds wait_max = std::chrono::seconds(10);
    // Above this the write-ahead log is emptied, for which reads wait up to 25 ms.
    std::int64_t wal_bytes_max = 64 << 20;
    StoreMeter* meter = nullptr; // hears of each statement; outlives the session; null: nobody
    bool is_guest = false;       // SQLite is not set up for the whole process
    std::shared_ptr<const BreakOff> break_off = nullptr; // null: nobody ever gives it
};

// A session on an SQLite file, which is made if it does not exist; `<path>-lock` stands beside it.
// connect() brings its tables up to date and throws what a person must mend (a damaged, newer,
// read-only, misplaced or locked database) in one line that names the file.
//
// It has one connection, for reads as well as for writes: a store makes one session per thread;
// with ":memory:" it has one session in all. The database's own files are opened by SQLite only:
// closing a descriptor of ours would drop its locks.
std::unique_ptr<Session> make_sqlite_session(const SqliteOptions& options);

} // namespace sluice
