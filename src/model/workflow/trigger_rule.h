// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "model/state.h"
#include "model/workflow/rule_value.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// Whether a task runs, once all its dependencies and all tasks that its rule names are final; when
// the rule does not hold it is skipped.

enum class RuleForm : std::uint8_t {
    always,
    all, // of no parts: true
    any, // of no parts: false
    none,
    task_success,
    task_failed, // or canceled
    task_skipped,
    context_value, // of the task's merged input
};

struct TriggerRule {
    RuleForm form = RuleForm::always;
    std::vector<TriggerRule> parts = {}; // of all, any, none
    std::string name = {};               // the task's id, or the key: a member, not a path
    ValueOperator op = ValueOperator::equals;
    Json value = nullptr;
};

std::string_view name(RuleForm form); // "task_success"

// As C++ programs write it: "all(task_success(extract), context_value(n, GreaterThan, 5))".
std::string describe_rule(const TriggerRule& rule);

// The ids of the tasks that the rule names, each once, in the order of the rule.
std::vector<std::string> named_tasks(const TriggerRule& rule);

std::size_t depth_of(const TriggerRule& rule); // 1 for a rule without parts

using TaskEnds = std::map<std::string, TaskState, std::less<>>;

// What a rule is judged by; borrows both. A task without an end makes conditions on it false.
struct RuleFacts {
    const TaskEnds& ends;
    const Json& input; // an object
};

bool is_true(const TriggerRule& rule, const RuleFacts& facts);

struct RuleVerdict {
    bool holds = false;
    std::string reason = {}; // of a skip; empty when it holds
};

// The reason names what decided: "the rule does not hold: task_success(extract) is false (failed)".
RuleVerdict judge(const TriggerRule& rule, const RuleFacts& facts);

} // namespace sluice
