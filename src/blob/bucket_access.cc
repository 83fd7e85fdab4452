// SPDX-License-Identifier: Apache-2.0
#include "blob/bucket_access.h"

#include <cstdlib>

namespace sluice {

Variables process_variables()
{
    return [](std::string_view name) -> std::optional<std::string> {
        const char* value = std::getenv(std::string(name).c_str());
        return value ? std::optional<std::string>(value) : std::nullopt;
    };
}

std::optional<std::string> value_of(const Variables& variables, std::string_view name)
{
    std::optional<std::string> value = variables(name);
    if (value && value->empty())
        value.reset();
    return value;
}

} // namespace sluice
