// SPDX-License-Identifier: Apache-2.0
#pragma once

// The members of an action's `when`.

#include "model/webhook/action_fields.h"

namespace sluice {

// A status, or a list of them.
struct StatusesKind {
    const ActionLimits& limits;
    void read(const Value& value, std::vector<std::int64_t>& out) const;
    Json schema() const;
};

struct PointerKind {
    const ActionLimits& limits;
    void read(const Value& value, JsonPointer& out) const;
    Json schema() const;
};

// Any value, null too.
struct AnyKind {
    void read(const Value& value, Json& out) const;
    Json schema() const { return Json::object(); }
};

struct NumberKind {
    void read(const Value& value, Json& out) const;
    Json schema() const { return Json{{"type", "number"}}; }
};

struct ConditionKind {
    ActionContext context;
    void read(const Value& value, AnswerCondition& out) const;
    Json schema() const;
};

// "success", "failure", an action or a list of actions.
struct ThenKind {
    ActionContext context;
    void read(const Value& value, When& out) const;
    Json schema() const;
};

struct WhenKind {
    ActionContext context;
    void read(const Value& value, When& out) const;
    Json schema() const;
};

// What may hold of the value at the place.
template <class Visitor>
void describe_tests(Visitor& visitor, AnswerCondition& condition)
{
    visitor.optional(
        "equals", condition.equals, AnyKind{},
        {.title = "Equals",
         .description = "The value at the place is this one.",
         .examples = R"(["done", 3, null])"}
    );
    visitor.optional(
        "exists", condition.exists, FlagKind{},
        {.title = "Exists",
         .description = "There is a value at the place, null too; or, with false, there is none.",
         .examples = "[true]"}
    );
    visitor.optional(
        "greater", condition.greater, NumberKind{},
        {.title = "Greater",
         .description = "The value at the place is a number greater than this one.",
         .examples = "[0]"}
    );
    visitor.optional(
        "less", condition.less, NumberKind{},
        {.title = "Less",
         .description = "The value at the place is a number less than this one.",
         .examples = "[100]"}
    );
}

template <class Visitor>
void describe(Visitor& visitor, ActionForm<AnswerCondition>& form)
{
    const ActionLimits& limits = form.context.rules.limits;
    AnswerCondition& condition = form.target;
    visitor.optional(
        "status", condition.statuses, StatusesKind{limits},
        {.title = "Status",
         .description = "The status of the answer is this one, or one of these.",
         .examples = "[200, [200, 202]]"}
    );
    visitor.optional(
        "pointer", condition.pointer, PointerKind{limits},
        {.title = "Place",
         .description = "The place in the answer that the other members are about: a JSON pointer "
                        "(RFC 6901). In an answer that is not JSON there is none.",
         .examples = R"(["/state", ""])"}
    );
    describe_tests(visitor, condition);
}

template <class Visitor>
void describe(Visitor& visitor, ActionForm<When>& form)
{
    visitor.required(
        "when", form.target.condition, ConditionKind{form.context},
        {.title = "Condition",
         .description = "What must hold of the answer; all that is given.",
         .examples = R"([{"pointer": "/state", "equals": "done"}])"}
    );
    visitor.required(
        "then", form.target, ThenKind{form.context},
        {.title = "Consequence",
         .description = "The outcome of the task, or actions that are sent. The first entry that "
                        "holds decides about the outcome; the actions of all that hold are sent.",
         .examples = R"(["success"])"}
    );
}

} // namespace sluice
