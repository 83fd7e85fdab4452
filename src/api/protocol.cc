// SPDX-License-Identifier: Apache-2.0
#include "api/protocol.h"

#include "base/text.h"

#include <fmt/format.h>

namespace sluice {

std::optional<std::string> protocol_mismatch(const Headers& headers, std::string_view other_side)
{
    const std::optional<std::string_view> given = headers.find(protocol_header);
    if (!given || trim(*given) == protocol_version)
        return std::nullopt;
    return fmt::format(
        "the {} speaks protocol {} and this program protocol {}: use the same version of sluice "
        "on both sides",
        other_side, printable(trim(*given)), protocol_version
    );
}

} // namespace sluice
