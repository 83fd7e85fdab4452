// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/mailbox.h"
#include "store/requests.h"

#include <tuple>
#include <vector>

namespace sluice {

// Which operations a group takes first, and how many rows one counts for.
enum class Lane : std::uint8_t { hot, bulk };

template <class Request>
struct Operation;

// The operations that form one transaction, by use case.
template <class... Requests>
struct GroupOf {
    std::tuple<std::vector<Operation<Requests>*>...> lists;

    template <class Request>
    std::vector<Operation<Request>*>& of()
    {
        return std::get<std::vector<Operation<Request>*>>(lists);
    }
};

using Group = GroupOf<
    Submit, StageRun, StageTasks, StageLinks, PublishRun, Claim, Start, Finish, GiveBack, Heartbeat,
    RegisterWorker, ReleaseWorker, Cancel, Pause, Resume, RetryTasks, DeleteRun, Tick, Expire,
    Rescue, Sweep, CheckClock, RegisterOutputs, OutputsUploaded, TakeDoomed, OutputsRemoved,
    CreateKey, RevokeKey, UpdateTask, AddCounts, TakeOwed, EndTry, Redeliver, SetRules, HideTask,
    Settle, CreateSchedule, ChangeSchedule, DeleteSchedule, TakeSchedules, SettleSchedule,
    CountTickTry, RenewTriggers, RecordEvent, PurgeBatches, PurgeTasks, PruneEvents, Define,
    Redefine, Undefine, FollowRules, DeclareWorkflows, Defer, DescribeWorker, Abandon,
    TakeClusterJobs, NoteClusterJob, FailRun, EndWorker, ExtendLeave>;

// A write that waits for its group. It owns itself: who awaits it may go on without it.
struct OperationBase : Parked {
    virtual void join(Group& group) = 0;
    virtual void fail(const Error& error) = 0;
    virtual void add_runs(std::vector<RunId>& runs) const = 0; // whose rows must be locked first
    virtual std::size_t weight() const = 0;

    Lane lane = Lane::hot;
    bool answered = false; // this try has an answer
    bool deferred = false; // its run is locked by another process: belongs into a later group
    int misses = 0;
    std::vector<RunId> found_runs; // found out while it ran: to be locked first the next time
    Time arrived;

protected:
    ~OperationBase() = default;
};

template <class R>
struct Operation final : OperationBase {
    explicit Operation(R given) : request(std::move(given)) {}

    void join(Group& group) override { group.of<R>().push_back(this); }
    void fail(const Error& error) override
    {
        reply = error;
        answered = true;
    }

    // Named so that an Error is never taken for a value.
    void answer(typename R::Reply value)
    {
        reply = Result<typename R::Reply>(boost::system::in_place_value, std::move(value));
        answered = true;
    }

    void add_runs(std::vector<RunId>& runs) const override
    {
        runs.insert(runs.end(), found_runs.begin(), found_runs.end());
        if constexpr (requires { request.target.run; })
            runs.push_back(request.target.run);
        else if constexpr (requires { request.run.value; })
            runs.push_back(request.run);
        else if constexpr (requires { request.outside; })
            for (const auto& link : request.outside)
                runs.push_back(link.parent_run);
    }

    std::size_t weight() const override
    {
        if constexpr (requires { request.tasks.size(); })
            return 1 + request.tasks.size();
        else if constexpr (requires { request.links.size(); })
            return 1 + request.links.size();
        else if constexpr (requires { request.limit; })
            return 1 + request.limit / 4;
        else
            return 1;
    }

    R request;
    Result<typename R::Reply> reply = Error{Errc::unavailable, "not run"};
};

} // namespace sluice
