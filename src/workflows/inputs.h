// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/time.h"
#include "model/workflow/trigger_rule.h"
#include "store/requests.h"
#include "workflows/run_cache.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice {

class Reads;
class Store;

// What the input of an attempt is made of, as it was committed before its claim.
struct InputParts {
    ParentEnds parents = {};
    std::string payload = {};            // the rule; empty: none
    std::vector<SharedEnd> outputs = {}; // of dependencies that succeeded, as declared

    // The run's initial context, when none of them did; else null.
    std::shared_ptr<const std::string> initial = {};
    Time run_created_at = {};
};

// Gathers them. On the loop; borrows both.
class Inputs {
public:
    Inputs(Store& store, RunCache& cache) : store_(store), cache_(cache) {}

    // From what this process knows; nothing: some of it is to be read.
    std::optional<InputParts> known(const Leased& task);

    // Reads what is not known. Errors: conflict (a dependency lives again: the lease is lost),
    // not_found (the run is gone), and those of the store.
    Async<Result<InputParts>> read(Leased task);

    using Ends = std::unordered_map<std::int64_t, SharedEnd>; // by task

private:
    struct Missing;
    struct Found;
    static Found read_missing(Reads& reads, const Missing& missing);
    Missing take_known(const Leased& task, InputParts& parts);
    void keep(Found found, Missing& missing, InputParts& parts, Ends& ends);

    Store& store_;
    RunCache& cache_;
};

// The input as text, and what the rule says of it.
struct Input {
    std::string text; // a JSON object
    RuleVerdict verdict;
};

// Merges the parts and judges the rule. Takes the time of parsing: on a body thread. A single
// context is passed on as it is stored, unread unless there is a rule. `names` are those of the
// dependencies, as declared, where known: for errors. Errors: corrupt.
Result<Input> make_input(const InputParts& parts, std::span<const std::string> names);

} // namespace sluice
