// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "store/changes.h"

#include <functional>
#include <memory>
#include <vector>

namespace sluice {

// The other processes on the same database: telling them what this one has committed, hearing what
// they have, and knowing which workers still live. SQLite: file events and byte locks; PostgreSQL:
// NOTIFY and session locks. Safe from any thread.
class Neighbours {
public:
    virtual ~Neighbours() = default;

    // Called from a thread of its own with what others have committed; `from_outside` is always
    // set.
    using OnNews = std::function<void(const Changes&)>;
    virtual void listen(OnNews on_news) = 0;

    // Whether news name what they are about (Changes::told). If not, anything may have changed
    // whenever somebody else wrote.
    virtual bool tell_what() const { return false; }

    // Called after each commit that others may wait for.
    virtual void announce(const Changes& changes) = 0;

    // This process keeps the worker alive until it ends or leaves.
    virtual void join(WorkerId worker) = 0;
    virtual void leave(WorkerId worker) = 0;

    // Which of these workers' processes have died, as far as can be known at once. A worker of
    // which nothing is known (it speaks HTTP to some server) is never among them. A child of the
    // process may hold for longer what it has held: Reads::Pulse::ended_workers.
    virtual std::vector<WorkerId> dead(const std::vector<WorkerId>& workers) = 0;
};

} // namespace sluice
