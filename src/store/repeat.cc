// SPDX-License-Identifier: Apache-2.0
#include "store/repeat.h"

#include <fmt/format.h>

namespace sluice {

Result<Submitted>
repeat_of(const Reads::KeyedRequest& first, std::string_view key, std::string_view body_hash)
{
    if (first.body_hash != body_hash)
        return Error{
            Errc::conflict, fmt::format("idempotency key '{}' was used with another body", key)};
    if (!first.is_published)
        return Error{
            Errc::unavailable,
            fmt::format("the first request with idempotency key '{}' is not done yet", key)};
    Submitted before;
    before.run = first.run;
    before.created_at = first.created_at;
    before.repeated = true;
    return before;
}

} // namespace sluice
