// SPDX-License-Identifier: Apache-2.0
#include "bench/http/mixed_figures.h"

#include "bench/fixture.h"

#include <utility>

namespace sluice::bench {

Json MixedFigures::take()
{
    Json all = Json::object();
    for (auto& [what, millis] : millis_) {
        Json figures = Json::object();
        figures["count"] = millis.size();
        const Json spread = percentiles(std::exchange(millis, {}));
        for (const auto& [name, value] : spread.items())
            figures[name] = value;
        all[what] = std::move(figures);
    }
    return all;
}

} // namespace sluice::bench
