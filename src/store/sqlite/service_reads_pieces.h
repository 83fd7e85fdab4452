// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/sqlite/snapshot.h"

#include <optional>

namespace sluice::sqlite {

// The read transactions of one list. A snapshot that is held open keeps the WAL from shrinking, so
// a list that has to look at many rows takes a new one every few milliseconds.
class Pieces {
public:
    Pieces(Connection& connection, Turnstile* gate) : connection_(connection), gate_(gate)
    {
        snapshot_.emplace(connection_, gate_);
    }

    Prepared& prepared(const Statement& statement) { return connection_.prepared(statement); }

    // As much was looked at as so many small rows are. No statement is under way.
    void spend(std::size_t rows)
    {
        rows_ += rows;
        if (rows_ < rows_max)
            return;
        rows_ = 0;
        snapshot_.reset();
        snapshot_.emplace(connection_, gate_);
    }

    static constexpr std::size_t rows_max = 10'000;

private:
    Connection& connection_;
    Turnstile* gate_;
    std::optional<Snapshot> snapshot_;
    std::size_t rows_ = 0;
};

} // namespace sluice::sqlite
