// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/reads.h"
#include "store/service_reads.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// Where somebody who watches the feed stands: behind a move of a row, or behind the whole row.
struct FeedPlace {
    static constexpr std::int64_t whole_row = INT64_MAX;

    std::int64_t change = 0;
    std::int64_t move = whole_row; // number within the row

    friend auto operator<=>(const FeedPlace&, const FeedPlace&) = default;
};

// "17.3" is behind the move 3 of row 17, "17" behind all of it.
std::string format_place(const FeedPlace& place);
std::optional<FeedPlace> parse_place(std::string_view text);

// One move of a task, with what is told beside it.
struct FeedEvent {
    FeedPlace place;
    Time at;
    Move move;
    TaskLabel label;
};
using FeedEvents = std::vector<FeedEvent>;

// The events of the rows behind one row, at most `rows` of them, oldest first, and the place behind
// the last of these rows. Tasks that were deleted meanwhile are left out.
struct FeedPage {
    FeedEvents events;
    std::int64_t last = 0;
};
FeedPage read_page(Reads& reads, std::int64_t after, std::size_t rows);

} // namespace sluice
