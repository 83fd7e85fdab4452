// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/testing/probe.h"

namespace sluice::testing {

// What breaks the rules of tests/support/invariants.sql, one line for each row found; "" when the
// database is sound.
std::string violations(Probe& probe);

} // namespace sluice::testing
