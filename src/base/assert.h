// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sluice {

// Prints the broken expectation and ends the program.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

} // namespace sluice

// For programmer errors, never for input; on in all builds, so that a broken invariant stops before
// it is written to the database.
#define SLUICE_ASSERT(expression)                                                                  \
    ((expression) ? static_cast<void>(0)                                                           \
                  : ::sluice::assertion_failed(#expression, __FILE__, __LINE__))
