// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/webhook/trigger.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace sluice {

// What became of the webhooks of this process since it began, for metrics; read on the loop.
struct WebhookCounts {
    struct Ends {
        std::uint64_t success = 0;
        std::uint64_t failure = 0;

        void add(bool is_success) { ++(is_success ? success : failure); }
    };

    struct OfTrigger {
        std::string_view trigger; // "start", "end", "cancel"
        Ends executions;          // webhooks that were delivered, or are not tried any more
        Ends attempts;            // tries
        std::uint64_t dead_letters = 0;
        std::uint64_t in_flight = 0; // now
    };

    std::array<OfTrigger, 3> triggers{
        OfTrigger{header_word(Trigger::start), {}, {}, 0, 0},
        OfTrigger{header_word(Trigger::success), {}, {}, 0, 0},
        OfTrigger{header_word(Trigger::cancel), {}, {}, 0, 0}};

    OfTrigger& of(Trigger trigger)
    {
        switch (trigger) {
        case Trigger::start:
            return triggers[0];
        case Trigger::cancel:
            return triggers[2];
        default:
            return triggers[1];
        }
    }
};

} // namespace sluice
