// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/service_reads_newest.h"

#include <algorithm>

namespace sluice::sqlite {

SeenRow read_seen(Row& row)
{
    SeenRow seen;
    row.into(seen.id);
    row.into(seen.run);
    row.into(seen.fits);
    return seen;
}

std::optional<SeenRow> NewestRows::find(std::int64_t upto, std::int64_t floor)
{
    for (; upto >= floor && upto > 0; upto = down_to_ - 1) {
        if (upto > from_ || upto < down_to_)
            look_from(upto);
        const auto found = std::ranges::lower_bound(fitting_, upto, std::greater<>{}, &SeenRow::id);
        if (found == fitting_.end())
            continue;
        if (found->id < floor)
            break;
        return *found;
    }
    return std::nullopt;
}

bool NewestRows::has(std::int64_t id)
{
    seen_.clear();
    pieces_->spend(look_(seen_, id, 1));
    return !seen_.empty() && seen_.front().id == id && seen_.front().fits;
}

void NewestRows::look_from(std::int64_t upto)
{
    if (upto != down_to_ - 1)
        piece_ = piece_min;
    seen_.clear();
    const std::size_t cost = look_(seen_, upto, piece_);
    from_ = upto;
    down_to_ = seen_.size() < piece_ ? 1 : seen_.back().id;
    fitting_.clear();
    std::ranges::copy_if(seen_, std::back_inserter(fitting_), &SeenRow::fits);
    piece_ =
        cost > Pieces::rows_max ? std::max(piece_ / 2, piece_min) : std::min(piece_ * 2, piece_max);
    pieces_->spend(cost);
}

} // namespace sluice::sqlite
