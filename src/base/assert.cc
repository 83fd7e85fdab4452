// SPDX-License-Identifier: Apache-2.0
#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace sluice {

void assertion_failed(const char* expression, const char* file, int line)
{
    std::fprintf(stderr, "sluice: broken expectation at %s:%d: %s\n", file, line, expression);
    std::abort();
}

} // namespace sluice
