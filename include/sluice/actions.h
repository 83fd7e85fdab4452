// SPDX-License-Identifier: Apache-2.0
// Webhooks: how a task is started, and who hears of its end.
#pragma once

#include "sluice/export.h"
#include "sluice/json.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::client {

enum class Verb { get, post, put, patch, delete_ };

// When something is tried again. What is left out is as the server has it.
//
// Of a task (`max_retries` is required then): `retry_on` may hold "timeout", "webhook_failure" and
// "explicit". Of a webhook: "timeout" and "webhook_failure".
struct SLUICE_API Retry {
    std::optional<int> max_retries = {};
    std::optional<double> initial_delay_secs = {};
    std::optional<double> backoff_multiplier = {};
    std::optional<double> max_delay_secs = {};
    std::optional<bool> jitter = {};
    std::optional<std::vector<std::string>> retry_on = {};

    Json to_json() const;
};

// A stored action or rule, by its id.
struct Stored {
    std::string id;
};

// Something that the server does: made by webhook(), or stored there.
class SLUICE_API Action {
public:
    Action() = default; // none, which the server refuses where it needs one
    Action(const Stored& stored);
    explicit Action(Json document) : document_(std::move(document)) {}

    const Json& to_json() const { return document_; }

private:
    Json document_;
};

// What follows from an answer: made by when().
class When {
public:
    explicit When(Json document) : document_(std::move(document)) {}

    const Json& to_json() const { return document_; }

private:
    Json document_;
};

struct WebhookOptions {
    Verb verb = Verb::post;
    std::optional<Json> body = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::optional<Retry> retry = {};
    std::optional<std::chrono::seconds> timeout = {}; // how long the target may take to answer
    std::vector<When> when = {};
};

// A request to `url`. URL, body and header values may hold {{metadata.path}}, {{task.id}},
// {{batch.id}} and {{attempt}}.
SLUICE_API Action webhook(std::string_view url, const WebhookOptions& options = {});

enum class Outcome { success, failure };

// What an answer is like. `pointer` is a JSON pointer into it ("/state"), and one of the members
// below is asked of what stands there.
struct AnswerTest {
    std::vector<int> status = {};
    std::optional<std::string> pointer = {};
    std::optional<Json> equals = {}; // null is a value here
    std::optional<bool> exists = {};
    std::optional<double> greater = {};
    std::optional<double> less = {};
};

// If the answer is like this, the task has ended so, or these actions follow.
SLUICE_API When when(Outcome outcome, const AnswerTest& test);
SLUICE_API When when(const std::vector<Action>& actions, const AnswerTest& test);

} // namespace sluice::client
