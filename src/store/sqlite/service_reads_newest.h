// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "store/sqlite/service_reads_pieces.h"

#include <functional>
#include <optional>
#include <vector>

namespace sluice::sqlite {

// A row that was looked at.
struct SeenRow {
    std::int64_t id = 0;
    RunId run;
    bool fits = false;
};

SeenRow read_seen(Row& row); // id, run_id, fits

// The rows of one table that fit, newest first. They are looked at in pieces, which grow as long as
// one piece follows the other.
class NewestRows {
public:
    // Adds at most `limit` rows with ids up to `upto`, newest first, whether they fit or not;
    // fewer: there are no more. Says how many small rows they cost.
    using Look =
        std::function<std::size_t(std::vector<SeenRow>&, std::int64_t upto, std::size_t limit)>;

    NewestRows(Pieces& pieces, Look look) : pieces_(&pieces), look_(std::move(look)) {}

    // The newest that fits with an id within [floor, upto]. Faster when it is asked downwards.
    std::optional<SeenRow> find(std::int64_t upto, std::int64_t floor);

    // Whether this very row is there and fits.
    bool has(std::int64_t id);

private:
    void look_from(std::int64_t upto);

    static constexpr std::size_t piece_min = 64; // more than most pages show
    static constexpr std::size_t piece_max = 4096;

    Pieces* pieces_;
    Look look_;
    std::vector<SeenRow> fitting_; // of the rows within [down_to_, from_]
    std::int64_t from_ = 0;
    std::int64_t down_to_ = 1;
    std::size_t piece_ = piece_min;
    std::vector<SeenRow> seen_;
};

} // namespace sluice::sqlite
