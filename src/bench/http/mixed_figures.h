// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"

#include <map>
#include <string>
#include <vector>

namespace sluice::bench {

// How long requests took, by what they were. All are kept until they are taken: those of the last
// seconds only, so that a long run does not fill the memory.
class MixedFigures {
public:
    void add(const std::string& what, double millis) { millis_[what].push_back(millis); }

    // "post": {"count", "p50_ms", "p99_ms", "max_ms"}, and so on; and starts anew.
    Json take();

private:
    std::map<std::string, std::vector<double>> millis_;
};

} // namespace sluice::bench
