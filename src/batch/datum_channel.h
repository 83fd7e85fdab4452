// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/result.h"
#include "base/time.h"
#include "model/datum_plan.h"
#include "model/pipeline.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

// One attempt at a datum, with all that is needed to run it. Ids are UUIDs as text.
struct DatumWork {
    std::string job_id;
    std::string job_name;
    std::string datum_id;
    int attempt = 1;
    std::shared_ptr<const Pipeline> pipeline;
    std::string directory; // where the pipeline file stands; empty: not on this machine
    std::vector<InputFile> inputs;
};

// How long an attempt may upload: nothing of its outputs is removed and no other attempt gets their
// paths until then, whatever becomes of its lease.
struct Leave {
    // Time since boot of this machine, counted from before the leave was asked for, so it is never
    // later than the end that the truth's keeper knows. Nothing: for as long as the attempt lives.
    std::optional<Micros> until;
};

// How an attempt tells the truth's keeper about its outputs: directly (DatumExecutor) or over HTTP.
// Made for one attempt. Calls repeat by themselves what may succeed later; a call that is made
// again with the same paths gives the same answer. Paths are relative to the egress, raw bytes.
//
// Heartbeats are not here: whoever holds the lease sends them and requests the Stop when it is
// lost.
class DatumChannel {
public:
    virtual ~DatumChannel() = default;

    // Before the first upload; returns when nothing of an earlier attempt is in the way. Errors:
    // conflict (the attempt is superseded, or another datum owns a path: the detail names it), and
    // what is still unavailable after many tries.
    virtual Async<Result<Leave>> register_outputs(std::vector<std::string> paths) = 0;

    // While uploads go on: more time. One try, so that the caller can count the time that is left.
    // Errors: conflict (superseded), and what may succeed later.
    virtual Async<Result<Leave>> extend_leave() = 0;

    // The uploads are over, whether they went well or not; so is the leave. Errors: conflict
    // (superseded: whoever answers sees to it that the files are removed).
    virtual Async<Result<void>> outputs_uploaded(std::vector<std::string> paths) = 0;
};

} // namespace sluice
