// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sluice {

// Lets this process open as many files as it may: each connection of a client is one, and the usual
// limit is 1,024.
void raise_file_limit();

// Threads share two heaps. With one for each, which is what glibc does by itself, each keeps what
// its largest request needed: a server that has taken a million tasks stood at twice the memory,
// and was no faster. Before the first thread.
void share_heaps();

} // namespace sluice
