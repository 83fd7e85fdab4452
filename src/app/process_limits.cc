// SPDX-License-Identifier: Apache-2.0
#include "app/process_limits.h"

#include <sys/resource.h>

namespace sluice {

void raise_file_limit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit); // what it was does otherwise
}

} // namespace sluice
