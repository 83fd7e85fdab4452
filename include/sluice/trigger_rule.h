// SPDX-License-Identifier: Apache-2.0
// Rules say whether a task runs, once all that it depends on is final.
//
//     TaskOptions{.dependencies = {"load", "check"},
//                 .rule = task_success("load") && !task_failed("check")}
//
// A task whose rule does not hold is skipped, and the reason is kept. Without a rule a task runs
// when each dependency completed or was skipped, and is skipped as soon as one has failed.
#pragma once

#include "sluice/context_codec.h"
#include "sluice/export.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::workflows {

// How context_value compares. greater_than and less_than compare two numbers or two texts, and are
// false for anything else; contains finds a text in a text, a value in a list, a key in an object.
// A key that is missing is not equal, does not contain and does not exist.
enum class Operator {
    equals,
    not_equals,
    greater_than,
    less_than,
    contains,
    not_contains,
    exists,
    not_exists,
};

// As rules spell it in JSON: "Equals", "NotEquals", …
SLUICE_API std::string_view name(Operator op);

// A rule: a value, immutable, cheap to copy. Any thread may use it.
class SLUICE_API Rule {
public:
    // DefinitionError: not JSON, or no rule.
    static Rule from_json(std::string_view document);

    std::string to_json() const;

private:
    friend struct Inside; // of the library
    struct Node;
    explicit Rule(std::shared_ptr<const Node> node);

    std::shared_ptr<const Node> node_;
};

// It runs, however its dependencies have ended.
SLUICE_API Rule always();

// Every one of them holds; of no rules: true.
SLUICE_API Rule all(std::vector<Rule> rules);

// One of them holds; of no rules: false.
SLUICE_API Rule any(std::vector<Rule> rules);

// None of them holds; of no rules: true.
SLUICE_API Rule none(std::vector<Rule> rules);

// How a task has ended that this one depends on, directly or through others. Canceled counts as
// failed.
SLUICE_API Rule task_success(std::string id);
SLUICE_API Rule task_failed(std::string id);
SLUICE_API Rule task_skipped(std::string id);

// Of the task's input, which is merged of the outputs of its dependencies. `key` is a member, not a
// path; `value` is not looked at for exists and not_exists.
SLUICE_API Rule context_value(std::string key, Operator op, Json value = {});

SLUICE_API Rule operator&&(Rule a, Rule b);
SLUICE_API Rule operator||(Rule a, Rule b);
SLUICE_API Rule operator!(Rule rule);

} // namespace sluice::workflows
