// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/rule_rows.h"
#include "store/sqlite/connection.h"

namespace sluice::sqlite {

// As the statements name the columns, from left to right.
SignatureRow read_signature(Row& row);

} // namespace sluice::sqlite
