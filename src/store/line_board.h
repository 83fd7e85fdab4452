// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/rule_tables.h"

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace sluice {

// What the writer knows of the lines of tasks with rules: where each begins, and at which counter
// it was held up. A line that is held up is looked at again when that counter has fallen, or when a
// better task has come to its head, and not before. A cache, as QueueBoard. Writer thread only.
class LineBoard {
public:
    void forget() { fresh_ = false; }
    void refresh(RuleTables& tables);

    void put(const GatedRow& row);

    // The lines that may have a task that can go, the best head first.
    std::vector<GatedRow> open_lines() const;

    void hold_up(const LineKey& line, const CounterKey& counter);
    void advance(const GatedRow& taken); // the head now stands behind this one
    void remove(const LineKey& line) { lines_.erase(line); }

    // A counter has fallen: the lines that it held up go on.
    void fell(const CounterKey& counter);

    bool empty() const { return lines_.empty(); }
    std::set<QueueId> queues() const; // of all lines

private:
    struct Line {
        GatedRow head; // nothing stands before it
        std::optional<CounterKey> held_up;
    };

    bool fresh_ = false;
    std::map<LineKey, Line> lines_;
    std::map<CounterKey, std::set<LineKey>> held_up_;
};

} // namespace sluice
