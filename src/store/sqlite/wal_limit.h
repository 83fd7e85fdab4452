// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/sqlite/connection.h"
#include "store/sqlite/turnstile.h"

#include <chrono>
#include <cstdint>

namespace sluice::sqlite {

// Keeps the write-ahead log of a writing connection short. Every 1,000 pages they are copied into
// the database, as SQLite does by itself. That cannot start the log anew while any reader is inside
// it, and readers that overlap never leave it: so above `bytes_max` new reads wait at the gate for
// the moment that emptying the log takes. A reader that is not ours may prevent even that: it is
// tried again each time that the log has grown by a quarter, and the file shrinks after its
// release.
class WalLimit {
public:
    struct Limits {
        std::int64_t bytes_max;
        std::chrono::milliseconds busy_wait; // the connection's own
    };
    WalLimit(Connection& connection, Turnstile& turnstile, Limits limits);

    // Called after each commit, outside of the write lock. Never fails: a log that stays long is no
    // reason to refuse a commit that has happened.
    void after_commit() noexcept;

private:
    void copy() noexcept;
    void truncate() noexcept;

    Connection& connection_;
    Turnstile& turnstile_;
    const Limits limits_;
    const int pages_max_;
    int pages_ = 0; // in the log, after the last commit
    int pages_at_next_copy_ = 0;
    int pages_at_next_truncate_;
};

} // namespace sluice::sqlite
