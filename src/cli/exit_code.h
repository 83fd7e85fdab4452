// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

namespace sluice {

// The exit codes of every command (docs/errors.md).
namespace exit_code {
inline constexpr int success = 0;
inline constexpr int failed = 1; // also a bad setting and a job that ended badly
inline constexpr int usage = 2;
inline constexpr int not_found = 3;
inline constexpr int timed_out = 124;   // as timeout(1) has it
inline constexpr int interrupted = 130; // as shells have it, after Ctrl-C
} // namespace exit_code

// The only table from errors to exit codes.
int exit_code_of(Errc code);

} // namespace sluice
