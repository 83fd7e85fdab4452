// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <exception>

namespace sluice {

// A statement or a connection went wrong. Thrown inside the store's own threads only, and caught at
// one place, the boundary of a write group or a read, which turns it into the operations' results.
class StoreFailure : public std::exception {
public:
    enum class Kind : std::uint8_t {
        refused,     // this statement cannot succeed (a constraint, a value too large)
        again,       // deadlock, serialisation, busy: the same group may succeed when repeated
        lost,        // the connection is gone before COMMIT was sent: nothing was done
        lost_commit, // the connection is gone after COMMIT was sent: either all or nothing was done
        broken,      // full disk, read-only or damaged database
    };

    StoreFailure(Kind kind, Error error) : kind_(kind), error_(std::move(error)) {}

    Kind kind() const { return kind_; }
    const Error& error() const { return error_; }
    const char* what() const noexcept override { return error_.detail.c_str(); }

private:
    Kind kind_;
    Error error_;
};

} // namespace sluice
