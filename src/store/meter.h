// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "model/state.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// What one group of writes has done to the tasks of the task service.
struct Tally {
    template <class T>
    using ByState = std::array<T, all_task_states.size()>; // by TaskState

    ByState<ByState<std::uint32_t>> moves{}; // from, to
    std::uint32_t created = 0;
    std::uint32_t with_parents = 0; // of those created

    struct Begin {
        std::string kind;
        Micros waited{}; // since the task was created
    };
    struct End {
        std::string kind;
        TaskState outcome = TaskState::succeeded; // or failed
        std::optional<Micros> ran;                // since its attempt began; none: it never did
    };
    std::vector<Begin> begins;
    std::vector<End> ends;

    std::uint32_t timed_out = 0; // attempts
    std::uint32_t tried_again = 0;
    std::uint32_t tries_used_up = 0;
    ByState<std::uint32_t> parents_ended{}; // that have children
    std::uint32_t failed_by_parent = 0;
    std::uint32_t dead_ends = 0;
    std::uint32_t blocked = 0; // by a rule, when they might have started

    std::size_t operations = 0; // of the group
};

// Hears what a store does, for metrics. Called on the store's threads; must not wait.
class StoreMeter {
public:
    virtual ~StoreMeter() = default;

    // The group is durable, and nobody has heard of it yet.
    virtual void committed(const Tally& tally) = 0;

    // A statement, or "write_group" for all of a group where they take no round trips.
    virtual void ran(std::string_view statement, Micros took) = 0;
};

} // namespace sluice
