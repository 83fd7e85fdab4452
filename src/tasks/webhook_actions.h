// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "model/webhook/action.h"
#include "tasks/batch_facts.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace sluice {

// An action that is to be sent, read once for all tries and all tasks that have it.
struct ReadyAction {
    Action action;
    Json document;      // as it was sent; null when nothing may follow from its answer
    std::string target; // "host:port"
    bool needs_metadata = false;
};
using ReadyActionRef = std::shared_ptr<const ReadyAction>;

// Errors (invalid): the document is no action that can be sent.
Result<ReadyActionRef> ready_action(const Json& document);

// The actions of stored documents, of which those that were asked for lately are kept: the tasks
// of a batch often differ in nothing but their metadata. Lives on the loop.
class WebhookActions {
public:
    // The action of a task at a place. Errors: invalid, corrupt.
    Result<ReadyActionRef>
    at(const BatchFact& batch, const std::string& payload, Trigger trigger, std::size_t position);

    // The same, for one that `registered` may hold: a JSON array of actions, or empty, that follow
    // those of the payload.
    Result<ReadyActionRef>
    at(const BatchFact& batch, const std::string& payload, Trigger trigger, std::size_t position,
       const std::string& registered);

    std::size_t kept() const { return kept_.size(); }

    static constexpr std::size_t kept_max = 1000;
    static constexpr std::size_t payload_bytes_max = 4096; // longer ones are rarely equal
    static constexpr std::size_t action_bytes_max = 16u << 10;

private:
    void keep(std::string key, const Json& document, ReadyActionRef action);

    std::unordered_map<std::string, ReadyActionRef> kept_;
    std::deque<std::string> order_; // the oldest is forgotten first
};

} // namespace sluice
