// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/contract/contract.h"

#include <functional>

namespace sluice {

// A call under way, whatever it answers.
struct Underway {
    std::function<bool()> has_answer;
    std::function<std::optional<Error>()> get;
};

template <class Request>
Underway start(testing::Driver& store, Request request)
{
    testing::Pending<typename Request::Reply> pending = store.start(std::move(request));
    return {
        [pending] { return pending.has_answer(); },
        [pending]() mutable -> std::optional<Error> {
            const Result<typename Request::Reply> reply = pending.get();
            return reply ? std::nullopt : std::optional(reply.error());
        }};
}

// One run whose tasks stand in all the places where a use case may meet another one.
struct Scene {
    enum Index : std::size_t {
        running,    // held by `worker`, out of time
        child,      // waits for `running`
        claimed,    // held by `worker`, not started
        abandoned,  // held by a worker that is dead, and waits by itself; its uploads are over
        canceled,   // final
        grandchild, // of `canceled`: failed because of it
        paused,
        due, // a timer whose time has come
        pending,
        also_pending,
        size
    };
    RunId run;
    std::vector<TaskId> tasks;
    WorkerId worker;
    Leased running_lease;
    Leased claimed_lease;
    WorkerId dead; // it leads the job on Kubernetes that the run is
    Leased abandoned_lease;
    Submitted flow; // of a workflow: its first task has ended, the second one may start
    RunId old_run;  // final
    TaskId old_task;

    Target target(std::vector<std::size_t> which = {}) const
    {
        Target target;
        target.run = run;
        for (const std::size_t index : which)
            target.tasks.push_back(tasks[index]);
        return target;
    }
};

// Every use case that writes, as it is aimed at a scene.
struct Actor {
    std::string_view name;
    Underway (*start)(testing::Driver& store, const Scene& scene);
};
const std::vector<Actor>& all_actors();

using testing::turn_until;

// Two stores on one database.
class TwoStores : public StoreContract {
protected:
    TwoStores() : other(another_store()) { patient = worker(1000h); }

    Scene set_scene();
    void set_flow(Scene& scene);

    // Lets everything come to its end, by way of both stores; nothing may be left over.
    void play_to_the_end(const Scene& scene);

    // Claims and ends well whatever can be, until nothing is left to do.
    void drain_all();

    // Until the call has an answer or waits for a lock that the other store holds.
    void turn_until_done_or_blocked(const Underway& call);

    std::unique_ptr<testing::Driver> other;
    std::unique_ptr<testing::Probe> probe = database->probe();
    WorkerId patient; // never dies
};

// One use case stops between two of its statements, another one runs until it is done or waits for
// a lock; then the first goes on. Whatever they do to each other, nothing may be lost, doubled or
// stuck.
class Races : public TwoStores {
protected:
    // The actor of this name, stopped before each of its statements, with every actor.
    void meet_all(std::string_view name);

    // SQLite's writers take turns: there is nothing between their statements.
    int last_statement() const { return GetParam() == Dialect::postgres ? 1000 : 1; }

private:
    // False: the first one did not come to its `nth` statement.
    bool meet(const Actor& one, const Actor& two, int nth);
};

} // namespace sluice
