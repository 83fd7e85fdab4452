// SPDX-License-Identifier: Apache-2.0
// Random JSON for tests.
#pragma once

#include "base/json.h"
#include "base/random.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace sluice {

// Few different ones, so that equal ones meet often.
inline Json random_scalar(Random& random)
{
    static const Json scalars[] = {nullptr, true, false, 0, 1, -1, 0.5, 1e300, "", "a", "1"};
    return scalars[random.next() % std::size(scalars)];
}

inline Json random_json(Random& random, int depth_max)
{
    const std::uint64_t kind = random.next() % 4;
    if (depth_max == 0 || kind < 2)
        return random_scalar(random);

    Json value = kind == 2 ? Json::array() : Json::object();
    for (std::uint64_t count = random.next() % 4; count > 0; --count) {
        Json child = random_json(random, depth_max - 1);
        if (value.is_array())
            value.push_back(std::move(child));
        else
            value[random_text(random, "abcd", 1)] = std::move(child);
    }
    return value;
}

// The children of an object or array.
inline std::vector<std::pair<std::string, Json>> children_of(const Json& value)
{
    std::vector<std::pair<std::string, Json>> children;
    for (const auto& [name, child] : value.items())
        children.emplace_back(name, child);
    return children;
}

template <class T>
void shuffle(std::vector<T>& items, Random& random)
{
    for (std::size_t i = items.size(); i > 1; --i)
        std::swap(items[i - 1], items[random.next() % i]);
}

} // namespace sluice
