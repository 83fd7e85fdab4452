// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/service_rows.h"
#include "store/sqlite/connection.h"

namespace sluice::sqlite {

// The rows of the task service as the statements name their columns, from left to right.
CardRow read_card(Row& row);
ProgressRow read_progress(Row& row);
DeliveryRow read_delivery(Row& row);

// A sum that is given in two columns, the upper and the lower half of its terms.
std::int64_t read_sum(Row& row);

} // namespace sluice::sqlite
