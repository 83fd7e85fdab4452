// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/wire_task.h"
#include "tasks/feed_page.h"

#include <optional>
#include <string>

namespace sluice {

// Whose events a client wants; all that is given must hold.
struct EventFilter {
    std::optional<RunId> run;
    std::optional<TaskId> task;
    std::string kind; // exactly; empty: any

    bool matches(const FeedEvent& event) const;
};

// Server-Sent Events.
std::string event_text(const FeedEvent& event, const SpellId& spell);
std::string place_text(const FeedPlace& place); // no event: where the client stands
// The first thing that a client hears. With a reset there may have been events that it will never
// see: what it knows it asks for anew.
std::string greeting_text(const FeedPlace& place, bool is_reset);

} // namespace sluice
