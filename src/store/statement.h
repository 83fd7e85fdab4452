// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sluice {

// A named statement of a .sql file. The name labels its metric, log line and observer call.
struct Statement {
    std::string_view name;
    std::string_view text;
};

struct Migration {
    int number;
    std::string_view title;
    std::string_view text;
};

} // namespace sluice
