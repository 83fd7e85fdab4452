// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "store/session.h"

#include <memory>

namespace sluice {

// For tests that kill the program at a chosen durable step. In test builds two variables of the
// environment are looked at, in others this gives null:
//   SLUICE_CRASH_AT=<statement>:<n>  dies by SIGKILL before the n-th run (from 1) of that statement
//   SLUICE_CRASH_LOG=<file>          gets the name of each statement, one per line, before it runs
// "committed" stands for the moment after a commit, before anybody has heard of it.
// Errors (invalid): a value that is not of this form, a file that cannot be written.
Result<std::unique_ptr<StatementObserver>> crash_observer_from_environment();

} // namespace sluice
