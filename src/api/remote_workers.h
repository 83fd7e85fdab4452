// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"
#include "base/log.h"
#include "engine/engine.h"

#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace sluice {

// The workers that speak to this server over HTTP, each known by the name of its pod, and the long
// polls that wait for news. The database knows them too, so another server can answer the next
// call. Lives on the loop; the engine outlives it.
class RemoteWorkers {
public:
    struct Options {
        Micros lease = std::chrono::seconds(60);
        Micros lost_lease = std::chrono::seconds(10);
    };

    RemoteWorkers(asio::any_io_executor executor, Engine& engine, Options options, Log log);
    RemoteWorkers(const RemoteWorkers&) = delete;
    RemoteWorkers& operator=(const RemoteWorkers&) = delete;

    struct Name {
        std::string pod;
        std::string node;
    };
    // The worker of that name with a fresh lease; registered when it is new.
    Async<Result<WorkerId>> enroll(Name name);

    // The worker of that name, without a sign of life. Errors: not_found.
    Async<Result<WorkerId>> find(std::string pod);

    // A sign of life of a worker that holds `lease`. False: it holds it no more.
    Async<Result<bool>> beat(std::string pod, WorkerId worker, HeldLease lease);

    // The connection broke while the worker was at work: unless it speaks again, its leases end
    // soon.
    Async<void> connection_lost(std::string pod, WorkerId worker);

    // The worker has gone: what it holds goes back, without a rescue. Fine for an unknown one.
    struct Leaving {
        std::string pod;
        std::string reason;
        RunId only; // who says so speaks for this run alone; none: for all
    };
    Async<Result<void>> leave(Leaving leaving);

    // What a long poll waits for.
    struct Interest {
        const QueueFilter* queues = nullptr; // something to claim there
        RunId run;                           // that run has ended
        TaskId task;                         // that lease is lost
    };

    // Notifies `signal` of what happens, for as long as it stands.
    //
    // Of those who wait for work, one is notified of a queue; when it has found some, two others
    // are, and so on. So about as many look as there are tasks, however many wait. News of other
    // processes that do not say what they are about notify one of each job; what it finds, the end
    // of the job too, is news for the others.
    class Watch {
    public:
        Watch(RemoteWorkers& workers, Interest interest, Signal& signal);
        ~Watch(); // others are notified of what this one has not looked at
        Watch(const Watch&) = delete;
        Watch& operator=(const Watch&) = delete;

        void looks();         // for work, now
        void found();         // some, in that look; there may be more
        void found_nothing(); // likewise
        void found_end();     // likewise: the run has ended

    private:
        friend class RemoteWorkers;
        // Where there may be work: in this queue, or somewhere for those who wait for that run (for
        // any, if it is none).
        struct Hint {
            std::shared_ptr<const std::string> queue;
            RunId run;
        };
        bool fits(const Hint& hint) const;
        void notify(Hint hint);

        RemoteWorkers& workers_;
        Interest interest_;
        Signal& signal_;
        std::optional<Hint> notified_; // of this one, and has not looked yet
        std::optional<Hint> looking_;  // because of this one
        std::list<Watch*>::iterator place_;
    };

    // What has been committed, here or elsewhere. The engine tells it.
    void changed(const Changes& changes);

private:
    using Clock = std::chrono::steady_clock;
    struct Pod {
        WorkerId worker;
        Clock::time_point seen{};  // the last sign of life that the database knows of
        Clock::time_point asked{}; // the last call
        bool enrolling = false;
    };

    void offer(const Watch::Hint& hint, int watches);
    void offer_anything();
    void tell_end(RunId run);
    Async<Result<WorkerId>> enroll_alone(const Name& name, Pod& pod);
    Async<Result<bool>> extend(WorkerId worker);
    Async<Result<std::optional<WorkerId>>> look_up(std::string pod);
    void forget_old_pods();

    Engine& engine_;
    Options options_;
    Log log_;
    Signal enrolled_;
    std::map<std::string, Pod> pods_;
    std::list<Watch*> watches_;
    std::shared_ptr<RemoteWorkers*> self_ = std::make_shared<RemoteWorkers*>(this);
};

} // namespace sluice
