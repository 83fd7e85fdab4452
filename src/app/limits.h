// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace sluice {

// A bound of the program that no setting changes, for people.
struct Limit {
    std::string name;
    std::string value;
    std::string meaning;
};

// What `sluice config` shows beside the settings: read from the structs that enforce them.
std::vector<Limit> limits();

} // namespace sluice
