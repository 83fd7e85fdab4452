// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workflows/pending.h"
#include "workflows/run_report.h"

#include <memory>
#include <string>

namespace sluice {

// A run as a program follows it: no thread, query or timer of its own. The run goes on without it.
// Any thread may call, several at a time; after the Host's shutdown all answers are `closed`, but
// for what is known of a final run.
class FollowedRun {
public:
    virtual ~FollowedRun() = default;

    virtual const std::string& id() const noexcept = 0; // public id

    // Answered when the run is final. The same object each time. A body that waits for it gives its
    // slot back meanwhile: `wait_in_body`.
    virtual PendingPtr<SharedReport> end() = 0;

    // As it stands now; of a final one at once.
    virtual PendingPtr<SharedReport> report() = 0;
    virtual PendingPtr<RunStatus> status() = 0;

    virtual PendingPtr<bool> cancel(std::string reason) = 0; // errors: conflict (final)
};

using FollowedRunPtr = std::shared_ptr<FollowedRun>;

} // namespace sluice
