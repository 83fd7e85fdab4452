// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/sqlite/connection.h"

namespace sluice::sqlite {

// A read transaction for the life of this object; within an open transaction it is that one.
class Snapshot {
public:
    explicit Snapshot(Connection& connection);
    ~Snapshot();
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

private:
    Connection& connection_;
    bool owns_ = false;
};

} // namespace sluice::sqlite
