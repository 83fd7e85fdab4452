// SPDX-License-Identifier: Apache-2.0
#pragma once

// What programs may call and catch. Everything else in the library is hidden, so that whatever it
// is made of meets nothing of the program's own.
#define SLUICE_API [[gnu::visibility("default")]]
