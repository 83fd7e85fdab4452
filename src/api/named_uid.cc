// SPDX-License-Identifier: Apache-2.0
#include "api/named_uid.h"

#include "base/assert.h"
#include "base/uid.h"

#include <openssl/sha.h>

#include <algorithm>

namespace sluice {

std::string named_uid(std::string_view parent, std::string_view name)
{
    const std::optional<Uid> space = parse_uid(parent);
    SLUICE_ASSERT(space);
    std::string text(reinterpret_cast<const char*>(space->data()), space->size());
    text.append(name);
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
    Uid id;
    std::copy_n(digest, id.size(), id.begin());
    id[6] = static_cast<std::uint8_t>((id[6] & 0x0f) | 0x50); // version 5
    id[8] = static_cast<std::uint8_t>((id[8] & 0x3f) | 0x80); // variant of RFC 9562
    return format_uid(id);
}

} // namespace sluice
