// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/assert.h"

#include <optional>
#include <string_view>
#include <utility>

namespace sluice {

// The one table that spells the values of a closed enum, read in both directions.
template <class Enum, std::size_t Size>
struct EnumNames {
    std::pair<Enum, std::string_view> entries[Size];

    constexpr std::string_view name(Enum value) const
    {
        for (const auto& [candidate, text] : entries)
            if (candidate == value)
                return text;
        SLUICE_ASSERT(!"an enum value without a name");
        return {};
    }

    constexpr std::optional<Enum> find(std::string_view text) const
    {
        for (const auto& [candidate, spelled] : entries)
            if (spelled == text)
                return candidate;
        return std::nullopt;
    }
};

} // namespace sluice
