// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "workflows/run_report.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class Store;

// What users ask about runs of workflows, from the database: of the Runner and of the commands.
// Lives on the loop; borrows the store.
class RunReads {
public:
    explicit RunReads(Store& store) : store_(store) {}

    // A run by its public id. Errors: invalid (no such id can be), not_found.
    Result<RunId> find(std::string_view id) const;

    // Errors of these: not_found, and those of the store.
    Async<Result<SharedReport>> report(RunId run);
    Async<Result<RunStatus>> status(RunId run);

    struct Query {
        std::string workflow = {}; // a namespace; empty: any
        std::optional<RunStatus> status = {};
        std::optional<RunId> before = {};
        std::size_t limit = 50; // 1 to 1,000
    };
    // Newest first.
    Async<Result<std::vector<RunLine>>> list(Query query);

    // Why what is not final of it does not run: a line for each reason, most telling first; empty
    // for a final one.
    Async<Result<std::vector<std::string>>> why(RunId run);

    // What has happened: submitted, started, attempts that failed, recoveries, deferrals, skips,
    // actions of users, the end; oldest first.
    struct Event {
        Time at;
        std::string task = {}; // its id; empty: the run
        std::string kind;      // "submitted", "started", "recovered", …
        std::string detail = {};
    };
    Async<Result<std::vector<Event>>> events(RunId run);

private:
    Store& store_;
};

} // namespace sluice
