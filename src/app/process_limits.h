// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sluice {

// Lets this process open as many files as it may: each connection of a client is one, and the usual
// limit is 1,024.
void raise_file_limit();

} // namespace sluice
