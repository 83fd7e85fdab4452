// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/postgres/rows.h"
#include "store/service_rows.h"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::postgres {

// The rows of the task service as the statements name their columns, from left to right.
CardRow read_card(Row& row);
ProgressRow read_progress(Row& row);
DeliveryRow read_delivery(Row& row);

// How Params::texts() gets a text of a card; empty: it has none.
inline auto card_text(std::optional<std::string> CardRow::*member)
{
    return [member](const CardRow& row) {
        return row.*member ? std::string_view(*(row.*member)) : std::string_view();
    };
}

} // namespace sluice::postgres
