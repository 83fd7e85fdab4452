// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "async/shared_answers.h"
#include "base/ids.h"
#include "base/result.h"
#include "workflows/submission.h"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace sluice {

class Store;

// A version of a workflow as the database has it, ready to be submitted. Immutable.
struct StoredWorkflow {
    WorkflowId id;
    SubmissionTemplate submission;
};
using StoredWorkflowPtr = std::shared_ptr<const StoredWorkflow>;

// What schedules and triggers start: no program that registered it need be there. Lives on the loop
// and outlives its calls; borrows the store.
class StoredWorkflows {
public:
    // `task_timeout`: of tasks that have none of their own.
    StoredWorkflows(asio::any_io_executor executor, Store& store, Micros task_timeout);

    // The current version. Many who ask at once share a read. Errors: not_found (there was never
    // such a workflow), corrupt, and those of the store.
    Async<Result<StoredWorkflowPtr>> find(std::string workflow_namespace);

private:
    Async<Result<StoredWorkflowPtr>> read(std::string workflow_namespace);

    Store& store_;
    Micros task_timeout_;
    SharedAnswers<Result<StoredWorkflowPtr>> answers_;
    std::unordered_map<std::string, StoredWorkflowPtr> made_; // by namespace
};

// The namespace that a name means to a program, which is declared to the database by now; empty: it
// knows none of that name.
using FindNamespace = std::function<Async<Result<std::string>>(std::string name)>;

// What a name means: to the program, if it knows it, else to the database (WorkflowReads::find).
Async<Result<std::string>> namespace_of(Store& store, FindNamespace find, std::string name);

} // namespace sluice
