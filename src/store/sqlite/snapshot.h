// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/sqlite/connection.h"
#include "store/sqlite/turnstile.h"

namespace sluice::sqlite {

// A read transaction for the life of this object, begun when the gate is open; within an open
// transaction it is that one.
class Snapshot {
public:
    Snapshot(Connection& connection, Turnstile* gate); // gate: null for none
    ~Snapshot();
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

private:
    Connection& connection_;
    bool owns_ = false;
};

} // namespace sluice::sqlite
