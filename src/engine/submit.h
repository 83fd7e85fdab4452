// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "store/requests.h"

#include <optional>
#include <string>
#include <vector>

namespace sluice {

class Store;

// Tasks that come in pieces, for submissions that are too large to hold at once.
class TaskSource {
public:
    virtual ~TaskSource() = default;

    // The next tasks, at most `limit`; empty: there are no more. An error ends the submission.
    virtual Async<Result<std::vector<NewTask>>> next(std::size_t limit) = 0;
};

// More tasks than this are staged, so that nobody waits behind one long transaction.
inline constexpr std::size_t staging_threshold = 5000;

// Checks the graph, then submits in one transaction, or staged when it is large: then tasks name
// only parents (NewTask::parents) that stand before them. Errors: invalid (the graph), conflict
// (name, idempotency key), unavailable.
Async<Result<Submitted>> submit(Store& store, Submit request);

// The same for tasks without links. Small sources become one transaction too. Errors: those of the
// source, too; what was staged before it is never seen and is swept away.
Async<Result<Submitted>> submit(Store& store, NewRun run, TaskSource& source);

// What a submission with this idempotency key and body was answered before; nothing: it is new, or
// has no key, which costs no read. Errors: as those of a submission (conflict, unavailable).
Async<Result<std::optional<Submitted>>>
submitted_before(Store& store, std::string key, std::string body_hash);

} // namespace sluice
