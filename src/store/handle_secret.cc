// SPDX-License-Identifier: Apache-2.0
#include "store/handle_secret.h"

#include <fmt/format.h>

namespace sluice {

std::string new_handle_secret(Random& random)
{
    std::string secret;
    for (int i = 0; i < 4; ++i)
        secret += fmt::format("{:016x}", random.next());
    return secret;
}

} // namespace sluice
