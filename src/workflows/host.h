// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "workflows/body_attempt.h"
#include "workflows/cron_schedules.h"
#include "workflows/followed_run.h"
#include "workflows/host_options.h"
#include "workflows/pending.h"
#include "workflows/registration.h"
#include "workflows/run_reads.h"
#include "workflows/trigger_schedules.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// An engine inside somebody's program: a loop on a thread of its own, the store and the services of
// workflows. What Runner and Python's DefaultRunner stand on.
//
// Any thread may call. Calls that give a Pending do not wait; everything else that waits says so.
// Nothing of the program is ever called on the loop, on a thread of the store or under a lock.
// After shutdown(), in a child of a fork, and once it is broken, each call answers so.
class Host {
public:
    // Opens the database, takes over what the dead have left, and starts. Blocks.
    static CallResult<std::shared_ptr<Host>> open(HostOptions options);

    virtual ~Host(); // as shutdown(0)

    // From here on it is known by its namespace, its short name and its aliases; of two workflows
    // with one such name the one that was added last. New runs take this definition; those that
    // exist keep their graph and take the bodies. Declared to the database before its first run.
    virtual CallResult<void> add(RegisteredWorkflow workflow) = 0;

    // Recorded in the database; asked from here on if this Host asks triggers.
    virtual PendingPtr<bool> add(RegisteredTrigger trigger) = 0;

    // Hears of a run: its public id and each status that it takes on, as far as this process sees,
    // the final one last. On the callback thread.
    using OnStatus = std::function<void(const std::string& run_id, RunStatus status)>;

    // Makes a run of a workflow by any of its names; answered when it is durable. `context` is a
    // JSON object as the program gives it; empty: the empty one. Errors: not_found (with the
    // nearest name), invalid (the context), overloaded.
    virtual PendingPtr<FollowedRunPtr>
    submit(std::string_view name, std::string context, OnStatus on_status = {}) = 0;

    virtual PendingPtr<FollowedRunPtr> attach(std::string_view run_id) = 0;
    virtual PendingPtr<std::vector<RunLine>>
    list_runs(std::string workflow, RunReads::Query query) = 0; // by any name; empty: all
    virtual PendingPtr<bool> pause(std::string_view run_id) = 0;
    virtual PendingPtr<bool> resume(std::string_view run_id) = 0;
    virtual PendingPtr<FollowedRunPtr> retry_from(std::string_view run_id, std::string task) = 0;
    virtual PendingPtr<std::vector<std::string>> why(std::string_view run_id) = 0;

    virtual PendingPtr<FollowedRunPtr> fire_trigger(std::string name, std::string context) = 0;

    // Runs `work` on the loop with the services there: reads and changes of schedules and triggers.
    template <class T>
    using OnCron = std::function<Async<Result<T>>(CronSchedules&)>;
    template <class T>
    using OnTriggers = std::function<Async<Result<T>>(TriggerSchedules&)>;
    template <class T>
    PendingPtr<T> with_cron(OnCron<T> work);
    template <class T>
    PendingPtr<T> with_triggers(OnTriggers<T> work);

    // Counters in the text format of Prometheus. Does not wait for the database.
    virtual std::string metrics() const = 0;

    // Starts nothing any more, waits so long for bodies, hands back what is not done, answers all
    // who wait (`closed`), and lets go of the program's functions. Two seconds after the grace it
    // goes on without a database that does not answer, and without a callback that does not end.
    // Blocks; the number of bodies that still run, whose threads are left to them. While another
    // thread does so: waits for that, which has no more time than this from here on. Again: how
    // many still run, at once.
    virtual std::size_t shutdown(Micros grace) = 0;

protected:
    template <class T>
    static Async<void> answer_with(PendingPtr<T> pending, Async<Result<T>> work);

    // On the loop, or never (then it answers itself): what with_cron and with_triggers stand on.
    using LoopWork = std::function<Async<void>(CronSchedules&, TriggerSchedules&)>;
    using Refused = std::function<void(CallError)>;
    virtual void perform(LoopWork work, Refused refused) = 0;
};

// A body that waits for something of its own Host gives its slot to others meanwhile: lives while
// it waits. Elsewhere it does nothing.
class SlotBack {
public:
    SlotBack();
    ~SlotBack();
    SlotBack(const SlotBack&) = delete;
    SlotBack& operator=(const SlotBack&) = delete;

    // The attempt was stopped: the wait is over.
    bool is_stopped() const;

private:
    BodyAttempt* attempt_;
};

template <class T>
Async<void> Host::answer_with(PendingPtr<T> pending, Async<Result<T>> work)
{
    Result<T> result = co_await std::move(work);
    if (result)
        pending->answer(CallResult<T>(boost::system::in_place_value, std::move(*result)));
    else
        pending->answer(to_call_error(std::move(result).error()));
}

template <class T>
PendingPtr<T> Host::with_cron(OnCron<T> work)
{
    const auto pending = std::make_shared<Pending<T>>();
    perform(
        [work = std::move(work), pending](CronSchedules& cron, TriggerSchedules&) -> Async<void> {
            return answer_with(pending, work(cron));
        },
        [pending](CallError error) { pending->answer(std::move(error)); }
    );
    return pending;
}

template <class T>
PendingPtr<T> Host::with_triggers(OnTriggers<T> work)
{
    const auto pending = std::make_shared<Pending<T>>();
    perform(
        [work = std::move(work), pending](CronSchedules&, TriggerSchedules& all) -> Async<void> {
            return answer_with(pending, work(all));
        },
        [pending](CallError error) { pending->answer(std::move(error)); }
    );
    return pending;
}

} // namespace sluice
