// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sluice::bench {

// The most memory that this program has held at a time. Its own alone: what getrusage() says may be
// that of the program that has started it.
double peak_memory_mib();

} // namespace sluice::bench
