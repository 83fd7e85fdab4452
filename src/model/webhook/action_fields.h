// SPDX-License-Identifier: Apache-2.0
#pragma once

// The members of an action, each described once: read_action and action_schema visit the same
// functions. Only the sources of actions include this header.

#include "model/kinds.h"
#include "model/webhook/action.h"

namespace sluice {

inline constexpr EnumNames<ActionType, 1> action_type_names{{{ActionType::webhook, "Webhook"}}};

inline constexpr EnumNames<Verb, 5> verb_names{
    {{Verb::get, "Get"},
     {Verb::post, "Post"},
     {Verb::put, "Put"},
     {Verb::patch, "Patch"},
     {Verb::delete_, "Delete"}}};

// Where a value is read.
struct ActionContext {
    const ActionRules& rules;
    int depth = 0;              // in how many other actions it stands
    std::string_view self = {}; // where the schema of an action stands
};

// What `describe` gets to see: what is read, and where.
template <class T>
struct ActionForm {
    T& target;
    ActionContext context;
};

// An object with fixed members that ignores all others; old clients send some.
template <class T>
void read_members(const Value& value, T& out, const ActionContext& context)
{
    ObjectReader reader(value);
    ActionForm<T> form{out, context};
    describe(reader, form);
}

template <class T>
Json schema_of_members(const ActionContext& context)
{
    SchemaWriter writer;
    T none{};
    ActionForm<T> form{none, context};
    describe(writer, form);
    Json schema = writer.finish();
    schema.erase("additionalProperties");
    return schema;
}

struct UrlKind {
    const ActionRules& rules;
    void read(const Value& value, std::string& out) const;
    Json schema() const;
};

struct BodyKind {
    const ActionRules& rules;
    void read(const Value& value, Json& out) const;
    Json schema() const { return Json::object(); } // any value
};

struct HeaderValueKind {
    const ActionRules& rules;
    void read(const Value& value, std::string& out) const;
    Json schema() const;
};

struct HeadersKind {
    const ActionRules& rules;
    void read(const Value& value, std::vector<HeaderLine>& out) const;
    Json schema() const;
};

// Tells all problems at its own place, the member in front of the message.
struct WebhookKind {
    ActionContext context;
    void read(const Value& value, Webhook& out) const;
    Json schema() const { return schema_of_members<Webhook>(context); }
};

struct DeliveryRetryKind {
    ActionContext context;
    void read(const Value& value, DeliveryRetry& out) const;
    Json schema() const;
};

// A whole number of seconds from 1.
struct TimeoutKind {
    std::chrono::seconds max;
    void read(const Value& value, std::chrono::seconds& out) const;
    Json schema() const { return IntegerKind{1, max.count()}.schema(); }
};

// A list of entries, or a single one.
struct WhensKind {
    ActionContext context;
    void read(const Value& value, std::vector<When>& out) const;
    Json schema() const;
};

// An action, or the id of a stored one.
struct NestedActionKind {
    ActionContext context;
    void read(const Value& value, Action& out) const;
    Json schema() const { return Json{{"$ref", std::string(context.self)}}; } // actions nest
    Json definition() const;
};

template <class Visitor>
void describe(Visitor& visitor, ActionForm<Webhook>& form)
{
    const ActionRules& rules = form.context.rules;
    visitor.required(
        "url", form.target.url, UrlKind{rules},
        {.title = "URL",
         .description = "Where the request goes: http or https. Placeholders are accepted behind "
                        "the host; what they stand for is percent-encoded.",
         .examples = R"(["https://example.com/jobs?kind={{metadata.kind}}"])"}
    );
    visitor.required(
        "verb", form.target.verb, EnumKind{verb_names},
        {.title = "Verb", .description = "The method of the request.", .examples = R"(["Post"])"}
    );
    visitor.optional(
        "body", form.target.body, BodyKind{rules},
        {.title = "Body",
         .description = "Any JSON. Each text in it may hold placeholders; one that is exactly a "
                        "placeholder becomes the value itself.",
         .examples = R"([{"task": "{{task.id}}", "items": "{{metadata.items}}"}])"}
    );
    visitor.optional(
        "headers", form.target.headers, HeadersKind{rules},
        {.title = "Headers",
         .description = "More headers, with placeholders in their values. Those that the service "
                        "sets itself and those of the connection are left out.",
         .examples = R"([{"Authorization": "Bearer secret"}])",
         .fallback = "{}"}
    );
}

template <class Visitor>
void describe(Visitor& visitor, ActionForm<Action>& form)
{
    Action& action = form.target;
    visitor.required(
        "kind", action.kind, EnumKind{action_type_names},
        {.title = "Kind", .description = "What is done.", .examples = R"(["Webhook"])"}
    );
    visitor.required(
        "params", action.params, WebhookKind{form.context},
        {.title = "Request",
         .description = "The request that is sent.",
         .examples = R"([{"url": "https://example.com/jobs", "verb": "Post"}])"}
    );
    visitor.optional(
        "retry", action.retry, DeliveryRetryKind{form.context},
        {.title = "Retry",
         .description = "How often and when it is sent again; what is absent is as configured.",
         .examples = R"([{"max_retries": 5, "retry_on": ["timeout", "webhook_failure"]}])"}
    );
    visitor.optional(
        "timeout", action.timeout, TimeoutKind{form.context.rules.limits.timeout_max},
        {.title = "Timeout",
         .description = "How many seconds the target may take to answer; without it as configured.",
         .examples = "[10]"}
    );
    visitor.optional(
        "when", action.when, WhensKind{form.context},
        {.title = "When",
         .description = "What follows from the answer: an outcome of the task or more actions.",
         .examples = R"([[{"when": {"pointer": "/state", "equals": "done"}, "then": "success"}]])",
         .fallback = "[]"}
    );
}

} // namespace sluice
