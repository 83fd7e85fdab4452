// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/sqlite/lock_file.h"

#include <atomic>

namespace sluice::sqlite {

// How processes on one database tell each other that they have committed: each counts up a number
// in a common file, which all of them watch, and counts its own share, so that it knows when the
// rest was others. (Watching the database's log would tell too early: its last write comes before
// the commit can be seen; and it would tell of our own writes.)
//
// ring() on one thread, others_rang() on one thread.
class Doorbell {
public:
    // The byte of the file whose lock guards its number.
    static constexpr std::int64_t guard = 0;

    // `file` outlives this.
    explicit Doorbell(LockFile& file) : file_(file), heard_(file.number()) {}

    void ring();

    // True when another Doorbell has been rung since the last call.
    bool others_rang();

private:
    LockFile& file_;
    std::atomic<std::uint64_t> own_{0};
    std::uint64_t heard_; // rings of others
};

} // namespace sluice::sqlite
