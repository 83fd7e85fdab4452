// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/failure.h"
#include "store/reads.h"
#include "store/tables.h"

#include <memory>
#include <string_view>

namespace sluice {

// Called before each statement with its name, on the thread that runs it. What tests use to pause
// between two statements and to die at one.
class StatementObserver {
public:
    virtual ~StatementObserver() = default;
    virtual void before(std::string_view statement) = 0;
    virtual void committed() {} // after a commit, before anybody has heard of it
};

// How a transaction that lost its connection at COMMIT has ended.
enum class CommitFate : std::uint8_t { committed, rolled_back, unknown };

// One connection, used by one thread of the store: the seam between the shared use cases and a
// dialect. Every method may throw StoreFailure.
class Session {
public:
    virtual ~Session() = default;

    // Opens the connection if it is not open. Throws `lost` when the database is away.
    virtual void connect() = 0;

    // With `registers` no other group is under way anywhere until the end: signatures may be added.
    virtual void begin_write(bool registers = false) = 0;
    virtual void commit() = 0;
    virtual void rollback() noexcept = 0; // also drops a broken connection

    // After a commit threw lost_commit: reconnects and asks. unknown: ask again later.
    virtual CommitFate fate_of_last_commit() = 0;

    // True when another process has written since the last call: cached heads of queues are stale.
    // Asked after begin_write(), so that nothing is written between the answer and our reads.
    virtual bool written_by_others() = 0;

    virtual Tables& tables() = 0; // between begin_write() and commit()
    virtual Reads& reads() = 0;   // each read is a snapshot of its own
};

} // namespace sluice
