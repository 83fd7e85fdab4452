// SPDX-License-Identifier: Apache-2.0
// For tests: settings from an environment that the test makes up.
#pragma once

#include "app/config.h"

namespace sluice::testing {

using Variables = std::map<std::string, std::string>;

inline ConfigSources sources_of(Variables variables, OldNames old_names = OldNames::accepted)
{
    ConfigSources sources;
    variables.emplace("HOME", "/home/ada");
    sources.environment = [variables](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    sources.working_directory = "/work";
    sources.old_names = old_names;
    return sources;
}

} // namespace sluice::testing
