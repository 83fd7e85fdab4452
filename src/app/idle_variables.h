// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.h"

#include <span>
#include <string>
#include <vector>

namespace sluice {

// Variables of Task Runner that change nothing here: no part of this program needs them, or not
// yet. Those that do something are the old names of settings.

// A sentence for each of them among `names`, and for each old name of a setting that a stronger
// source has overruled: none is passed over in silence.
std::vector<std::string> idle_variables(const Config& config, std::span<const std::string> names);

// Errors (invalid): one has a value that Task Runner would not have understood. Its name is in the
// detail.
Result<void> check_idle_variables(const ConfigSources& sources);

// The names of the variables that this process was given and that are not empty, sorted.
std::vector<std::string> environment_names();

} // namespace sluice
