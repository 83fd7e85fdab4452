// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/changes.h"

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice {

// What this process knows of live runs without asking the database: ends of tasks, which travel
// with the commits that have made them, and initial contexts. The longest unused go first when
// there is more than `bytes_max`; whoever misses something reads it. On the loop.
class RunCache {
public:
    explicit RunCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    void changed(const Changes& changes);

    // The end of a task by that attempt; null: not known here.
    SharedEnd end(RunId run, TaskId task, int attempt);
    void keep(SharedEnd end);

    // As stored: empty is the empty one; null: not known here.
    std::shared_ptr<const std::string> initial_context(RunId run);
    void keep_initial_context(RunId run, std::shared_ptr<const std::string> context);

    // When it was created, which its public id is made of; none: not known here.
    std::optional<Time> created_at(RunId run);
    void keep_created_at(RunId run, Time created_at);

    // All ends that are known of a run.
    std::vector<SharedEnd> ends(RunId run);

    void forget(RunId run);

    std::size_t size() const { return runs_.size(); }
    std::size_t bytes() const { return bytes_; } // about

private:
    struct Run {
        std::unordered_map<std::int64_t, SharedEnd> ends;
        std::shared_ptr<const std::string> context;
        std::optional<Time> created_at;
        std::size_t bytes = 0;
        std::list<RunId>::iterator use;
    };
    Run& use(RunId run);  // makes it if need be
    Run* find(RunId run); // the same, but never makes it
    void add(Run& run, std::size_t bytes);
    void subtract(Run& run, std::size_t bytes);
    void make_room();

    std::size_t bytes_max_;
    std::size_t bytes_ = 0;
    std::unordered_map<std::int64_t, Run> runs_;
    std::list<RunId> uses_; // the longest unused first
};

} // namespace sluice
