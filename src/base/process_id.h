// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sluice {

// Which process this is, among all that were and will be: the boot of the kernel, the PID
// namespace, the PID, and the start of the process. Empty where /proc does not tell.
std::string process_id();

// Whether that process has certainly ended. Of processes that cannot be seen from here (another
// machine, another container, an earlier boot) nothing is known: false.
bool has_ended(std::string_view process);

} // namespace sluice
