// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "model/validation.h"
#include "model/webhook/delivery.h"
#include "model/webhook/webhook_headers.h"
#include "model/webhook/when.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// What a task's document says about a webhook. The document itself is what is stored and shown, as
// it was sent; this type is read from it, to check it and again to send it. What each member means
// to users stands beside it in action_fields.h, once for reader and schema.

enum class Verb : std::uint8_t { get, post, put, patch, delete_ };

// As it stands in a request: "GET".
std::string_view http_method(Verb verb);

struct Webhook {
    std::string url; // a template, as the header values and the texts of the body (template_text.h)
    Verb verb = Verb::post;
    std::optional<Json> body = {};
    std::vector<HeaderLine> headers = {}; // in their order

    friend bool operator==(const Webhook&, const Webhook&) = default;
};

enum class ActionType : std::uint8_t { webhook };

struct Action {
    ActionType kind = ActionType::webhook;
    Webhook params;
    std::optional<DeliveryRetry> retry;
    std::optional<std::chrono::seconds> timeout; // of one try
    std::vector<When> when;
    std::optional<std::string> ref; // a stored action by its id; then the rest is empty

    friend bool operator==(const Action&, const Action&) = default;
};

// What an action may cost those who store, send and receive it.
struct ActionLimits {
    std::size_t url_bytes_max = 8u << 10;
    std::size_t body_bytes_max = 1u << 20; // as JSON in one line
    std::size_t headers_max = 64;
    std::size_t header_name_bytes_max = 256;
    std::size_t header_value_bytes_max = 8u << 10;
    std::chrono::seconds timeout_max = std::chrono::minutes(5); // a try holds a connection
    std::int64_t retries_max = 100;
    std::chrono::seconds delay_max = std::chrono::hours(24); // between two tries
    double multiplier_max = 100.0;
    std::size_t whens_max = 16;        // of one action
    std::size_t when_actions_max = 16; // of one entry
    std::size_t when_statuses_max = 32;
    std::size_t pointer_bytes_max = 1u << 10;
    int depth_max = 3; // actions within `when` of actions
};

// What reading needs beside the document.
struct ActionRules {
    // What is wrong with a URL, or nothing; placeholders are "x" in it. Without it any text is
    // good.
    std::function<std::optional<std::string>(std::string_view url)> check_url = {};

    // The task's metadata, so that paths in templates are checked; nullptr: not known yet.
    const Json* metadata = nullptr;

    ActionLimits limits = {};
};

// Reads one action and tells every problem. Unknown members are ignored, a member that is null
// counts as absent. All problems of `params` stand at the path of `params`, with the member in the
// message: "on_start.params: url: is required".
void read_action(const Value& value, Action& out, const ActionRules& rules);

// The same for a document that is nothing but an action.
Checked<Action> read_action(const Json& document, const ActionRules& rules);

// What is wrong with the templates of an action, and of those within it, that was read without
// metadata, once they are known: for a stored one that a task names by its id.
std::vector<std::string> check_templates(const Action& action, const Json& metadata);

// The JSON Schema (2020-12) of an action, made of the same descriptions; `self` is where it will
// stand ("#/$defs/action"), for the actions within it.
Json action_schema(std::string_view self);

} // namespace sluice
