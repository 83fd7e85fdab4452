// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/postgres/rows.h"
#include "store/service_rows.h"

namespace sluice::postgres {

// The rows of the task service as the statements name their columns, from left to right.
CardRow read_card(Row& row);
ProgressRow read_progress(Row& row);
DeliveryRow read_delivery(Row& row);

} // namespace sluice::postgres
