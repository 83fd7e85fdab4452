// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/task_scope.h"
#include "engine/run_waiters.h"
#include "workflows/callback_thread.h"
#include "workflows/ended_report.h"
#include "workflows/followed_run.h"
#include "workflows/loop_calls.h"
#include "workflows/run_cache.h"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice {

class Store;

// The runs that a program follows: a small entry each until they are final, and nothing after that.
// Lives on the loop; what it gives out lives longer.
class FollowedRuns {
public:
    // As Host::OnStatus.
    using OnStatus = std::function<void(const std::string& run_id, RunStatus status)>;

    // All borrowed for its life, but the last.
    struct Needs {
        asio::any_io_executor loop;
        Store& store;
        RunCache& cache;
        RunWaiters& waiters;
        CallbackThread& callbacks;
        TaskScope& scope; // for reads of reports
        std::string actor;
        std::shared_ptr<LoopCalls> calls;
    };

    FollowedRuns(Needs needs, Log log);
    ~FollowedRuns();
    FollowedRuns(const FollowedRuns&) = delete;
    FollowedRuns& operator=(const FollowedRuns&) = delete;

    // A run whose submission was answered in this turn of the loop.
    FollowedRunPtr made(OwnRun run, OnStatus on_status);

    // A run that exists, by its key and its public id. Errors: not_found.
    Async<Result<FollowedRunPtr>> attach(RunId run, std::string id);

    // A run of which something lives again: what was known of its ends is not true any more.
    FollowedRunPtr revived(RunId run, std::string id);

    // Tells who listens to a run, if anybody does: a task of it was begun here; how it stands now.
    void began(RunId run);
    Async<void> look_at(RunId run);

    // What waits for ends is answered at the latest by now: the engine has told everybody.
    void changed();

    // Everybody who waits hears this.
    void end_all(const CallError& why);

    std::size_t size() const { return entries_.size(); }

private:
    class Run;
    using RunPtr = std::shared_ptr<Run>;

    struct Entry {
        std::weak_ptr<Run> run; // nobody may wait any more
        std::string id;
        std::unique_ptr<OwnRun> own; // its report needs no read
        std::vector<std::shared_ptr<const OnStatus>> listeners = {};
        std::optional<RunStatus> told = {};
    };

    Entry& expect(RunId run, std::string id, RunWaiters::Look look);
    RunPtr handle_of(Entry& entry, RunId run);
    void tell(Entry& entry, RunStatus status);
    void ended(const EndedRun& run);
    void finish(const EndedRun& run);
    Async<void> read_end(RunPtr run);
    Async<Result<SharedReport>> report(RunId run);
    Async<Result<RunStatus>> status(RunId run);
    Async<Result<bool>> cancel(RunId run, std::string reason);

    Needs needs_;
    Log log_;
    std::unordered_map<RunId, Entry> entries_;
    std::vector<EndedRun> ends_; // to be told in this turn of the loop
    std::set<RunPtr> reading_;   // their reports
    std::shared_ptr<const bool> exists_ = std::make_shared<bool>(true); // for turns still to come
};

} // namespace sluice
