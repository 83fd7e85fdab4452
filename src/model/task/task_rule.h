// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "model/kinds.h"
#include "model/state.h"
#include "model/task/task_matcher.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

inline constexpr std::size_t kind_bytes_max = 100; // of the kind of a task

// A limit on what runs at once, over all batches.
struct TaskRule {
    enum class Type : std::uint8_t {
        concurrency, // so many matching tasks, this one included
        capacity,    // less than so much left to do in matching tasks
    };
    Type type = Type::concurrency;
    std::int64_t maximum = 1;
    TaskMatcher matcher;
    std::optional<std::string> stored; // id of a stored rule, instead of all the rest

    friend bool operator==(const TaskRule&, const TaskRule&) = default;
};

// How a matcher and a rule are written.
struct TaskMatcherKind {
    static constexpr std::size_t fields_max = 20;

    void read(const Value& value, TaskMatcher& out) const;
    Json schema() const;
};

struct TaskRuleKind {
    void read(const Value& value, TaskRule& out) const;
    Json schema() const;
};

// The first of the matcher's fields that the metadata lacks: a rule cannot select by it.
std::optional<std::string> missing_field(const TaskMatcher& matcher, const Json& metadata);

} // namespace sluice
