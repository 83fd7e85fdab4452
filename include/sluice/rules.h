// SPDX-License-Identifier: Apache-2.0
// How many tasks run at once, and what counts as the same task.
#pragma once

#include "sluice/actions.h"
#include "sluice/export.h"
#include "sluice/json.h"
#include "sluice/results.h"

#include <string>
#include <utility>
#include <vector>

namespace sluice::client {

// Tasks of this kind in this status, whose metadata has the same values under `fields`. In `dedupe`
// of a task: it is not created when there is such a task already.
struct SLUICE_API Matcher {
    std::string kind = {};
    Status status = Status::running;
    std::vector<std::string> fields = {};

    Json to_json() const;
};

// Made by concurrency() and capacity(), or stored at the server.
class SLUICE_API Rule {
public:
    Rule(const Stored& stored);
    explicit Rule(Json document) : document_(std::move(document)) {}

    const Json& to_json() const { return document_; }

private:
    Json document_;
};

// At most so many matching tasks at once, among those with the same metadata `fields`.
SLUICE_API Rule concurrency(int maximum, const Matcher& matcher);

// It starts when less than this is left to be done by matching tasks. What is left of a task is its
// expected_count without what was reported; the task that has the rule needs one.
SLUICE_API Rule capacity(std::int64_t maximum, const Matcher& matcher);

} // namespace sluice::client
