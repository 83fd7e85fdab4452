// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/postgres/rows.h"
#include "store/rule_rows.h"

namespace sluice::postgres {

// As the statements name the columns, from left to right.
SignatureRow read_signature(Row& row);

} // namespace sluice::postgres
