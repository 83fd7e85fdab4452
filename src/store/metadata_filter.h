// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// Finds tasks by their metadata: what is asked for must be contained in it, as PostgreSQL's @>
// says (model/json/json_contains.h). A task without metadata has null.
class MetadataFilter {
public:
    explicit MetadataFilter(Json part);

    const Json& part() const { return part_; }

    bool accepts(const std::optional<std::string>& metadata) const;

    // False: surely not, and found so without parsing anything.
    bool may_accept(const std::optional<std::string>& metadata) const;

    // What stands literally in each document that contains the part: texts, then names of members,
    // unless it has an escape; whole numbers, unless it has an exponent. Longer ones first.
    const std::vector<std::string>& texts() const { return texts_; }
    const std::vector<std::string>& numbers() const { return numbers_; }

private:
    Json part_;
    std::vector<std::string> texts_;
    std::vector<std::string> numbers_;
};

} // namespace sluice
