// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "store/requests.h"
#include "store/schedule_rows.h"
#include "workflows/schedule_documents.h"
#include "workflows/stored_workflows.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice {

class Store;

// A context to fire with: as stored, and what makes it the same as another.
struct TriggerContext {
    std::string text;
    std::string hash;
};

// Of what a function gives. Takes the time of parsing: not for the loop. Errors: invalid.
Result<TriggerContext>
trigger_context(std::string_view given, std::string_view trigger, std::size_t bytes_max);

// Starts what the function of a trigger, or a user, asks for: a run of the current version of its
// workflow as the database has it. Lives on the loop; what it is given outlives it.
class TriggerFiring {
public:
    TriggerFiring(Store& store, StoredWorkflows& workflows, FindNamespace find, Micros run_timeout)
        : store_(store), workflows_(workflows), find_(std::move(find)), run_timeout_(run_timeout)
    {}

    enum class By : std::uint8_t { function, user };

    // Errors: invalid (it starts no workflow), not_found (the workflow), and those of TriggerFire:
    // it stands as `trigger` says, if its function asks.
    Async<Result<Submitted>> fire(StoredSchedule trigger, TriggerContext context, By by);

private:
    Async<Result<StoredWorkflowPtr>> workflow_of(const TriggerDocument& document);

    Store& store_;
    StoredWorkflows& workflows_;
    FindNamespace find_;
    Micros run_timeout_;
};

} // namespace sluice
