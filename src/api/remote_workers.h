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
    Async<Result<void>> leave(std::string pod, std::string reason);

    // What a long poll waits for.
    struct Interest {
        const QueueFilter* queues = nullptr; // something to claim there
        RunId run;                           // that run has ended
        TaskId task;                         // that lease is lost
    };

    // Notifies `signal` of what happens, for as long as it stands. News of other processes do not
    // say what they are about: they notify everybody.
    class Watch {
    public:
        Watch(RemoteWorkers& workers, Interest interest, Signal& signal);
        ~Watch();
        Watch(const Watch&) = delete;
        Watch& operator=(const Watch&) = delete;

    private:
        friend class RemoteWorkers;
        RemoteWorkers& workers_;
        Interest interest_;
        Signal& signal_;
        std::list<Watch*>::iterator place_;
    };

private:
    using Clock = std::chrono::steady_clock;
    struct Pod {
        WorkerId worker;
        Clock::time_point seen{};  // the last sign of life that the database knows of
        Clock::time_point asked{}; // the last call
        bool enrolling = false;
    };

    void changed(const Changes& changes);
    static bool concerns(const Changes& changes, const Interest& interest);
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
