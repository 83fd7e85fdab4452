// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "batch/datum_channel.h"

#include <map>
#include <string>
#include <vector>

namespace sluice {

// Reads the secrets of a pipeline that go into variables, from files <directory>/<name>/<key>, byte
// for byte. Blocking. Errors (invalid), with all problems: a secret that is missing and not
// optional, no directory although there are such, a NUL byte, a secret that is to be mounted.
Checked<std::map<std::string, std::string>>
read_secrets(const Transform& transform, const std::string& directory);

// The same secrets, where the variables of the process have them already, as in a pod. What is not
// there is left out: whoever started the process has seen to those that are not optional.
std::map<std::string, std::string>
secrets_in(const std::vector<std::string>& env, const Transform& transform);

struct CommandPlace {
    std::string node_name;
    std::string pod_name;
};

// The whole environment of a command, "NAME=value": the base, the pipeline's, the secrets, ours;
// the later wins.
std::vector<std::string> command_env(
    const std::vector<std::string>& base, const std::map<std::string, std::string>& secrets,
    const DatumWork& work, const CommandPlace& place
);

} // namespace sluice
