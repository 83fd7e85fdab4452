// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"
#include "base/time.h"

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

namespace sluice {

class Store;

// What never changes about a batch.
struct BatchFact {
    RunId run;
    Time created_at;
    std::string id; // UUID
    Json spec;      // what payloads refer to (task_payload.h); null: nothing
};

// The facts of the batches that were asked for lately, so that a webhook costs no read. Lives on
// the loop; the store outlives it.
class BatchFacts {
public:
    explicit BatchFacts(Store& store) : store_(store) {}

    // Errors: not_found (the batch was deleted), unavailable.
    Async<Result<std::shared_ptr<const BatchFact>>> of(RunId run);

    // Of a batch that was created here.
    void learn(RunId run, Time created_at, Json spec);

    // The batch of a task that was seen here lately: its runs never change, either.
    RunId run_of(TaskId task) const;
    void learn(TaskId task, RunId run);

private:
    void remember(std::shared_ptr<const BatchFact> fact);

    Store& store_;
    std::unordered_map<RunId, std::shared_ptr<const BatchFact>> facts_;
    std::deque<RunId> facts_order_; // the oldest is forgotten first
    std::unordered_map<TaskId, RunId> runs_;
    std::deque<TaskId> runs_order_;
};

} // namespace sluice
