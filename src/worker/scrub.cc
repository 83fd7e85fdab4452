// SPDX-License-Identifier: Apache-2.0
#include "worker/scrub.h"

#include <cstdlib>
#include <cstring>
#include <string_view>
#include <sys/prctl.h>
#include <unistd.h>

namespace sluice {

std::string take_secret_variable(const char* name)
{
    std::string secret;
    const std::string begin = std::string(name) + "=";
    for (char** variable = environ; variable && *variable; ++variable) {
        if (!std::string_view(*variable).starts_with(begin))
            continue;
        char* const value = *variable + begin.size();
        if (secret.empty())
            secret = value; // the first one counts, as for getenv()
        ::explicit_bzero(value, std::strlen(value));
    }
    ::unsetenv(name);
    return secret;
}

void forbid_inspection()
{
    ::prctl(PR_SET_DUMPABLE, 0);
}

} // namespace sluice
