// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sluice {

// The value of a variable of this process, empty when it is not set. Its bytes in the environment
// block, which others of the user read in /proc/<pid>/environ, are overwritten, and the variable is
// unset. Call it before any thread starts.
std::string take_secret_variable(const char* name);

// From here on no other process of the same user may read our memory and environment, or trace us.
// Programs that we start are not affected. A process with CAP_SYS_PTRACE still may.
void forbid_inspection();

} // namespace sluice
