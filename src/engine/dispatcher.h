// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"
#include "async/task_scope.h"
#include "engine/places.h"
#include "engine/worker.h"
#include "exec/executor.h"
#include "store/changes.h"
#include "store/requests.h"

#include <chrono>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace sluice {

class Store;

// Claims tasks of some queues, hands them to an executor and reports how they ended. A claim is
// asked for in the same write group as the reports that freed the places, so a chain of tasks costs
// one commit per link. While that group is written other claims may be under way, for the reports
// that come meanwhile.
//
// What waits leaves its place (Stop::waits), so that a few queues whose tasks all wait hold up
// nobody; it counts for its queue all the same. The last places go to queues that have few.
class Dispatcher {
public:
    struct Options {
        std::vector<std::string> queues;     // names, or prefixes "job/*"
        std::size_t capacity = 1;            // attempts under way
        std::size_t attempts_max = SIZE_MAX; // with those that wait
        std::size_t claim_max = 500;         // of one claim
        Claim::As as = Claim::As::running;
        Claim::Parents parents = Claim::Parents::untold;

        // Attempts of one queue under way here, at most; one claim may go beyond it, because a
        // queue is left out only once it is full.
        std::size_t queue_max = SIZE_MAX;

        // How many attempts of the task's queue may be under way here, at least 1; asked at the
        // first task of a queue that comes while none runs. When set, tasks are claimed one by one.
        std::function<Async<std::size_t>(const Leased&)> queue_limit;
    };

    Dispatcher(
        asio::any_io_executor executor, Store& store, Worker& worker, Executor& tasks,
        Options options, Log log
    );

    Async<void> run(); // until close()

    // From the next claim on it serves these instead (names, or prefixes "job/*").
    void serve(std::vector<std::string> queues);

    // Something that it can claim was submitted in this turn of the loop: the claim joins the write
    // group of that submission.
    void expect();

    // Claims nothing more. What only waits is handed back.
    void close();

    // After close(): waits for what is under way until `deadline`, then stops it and hands it back.
    Async<void> stop(std::chrono::steady_clock::time_point deadline);

    void changed(const Changes& changes);

    void wake(); // there may be something to claim

    // It could do more and has claimed nothing since the last call.
    bool was_idle() { return !std::exchange(has_claimed_, false) && has_room(); }

    std::size_t executing() const { return places_.taken(); }

private:
    class Attempt final : public Stop::Place {
    public:
        Attempt(Dispatcher& dispatcher, Leased given)
            : task(std::move(given)), stop(*this), dispatcher_(dispatcher)
        {}

        Leased task;
        Stop stop;
        bool stopped_by_us = false; // not because its lease was lost
        bool has_place = true;

        void leave() override { dispatcher_.leave_place(*this); }
        Async<void> enter() override { return dispatcher_.places_.enter(has_place); }

    private:
        Dispatcher& dispatcher_;
    };
    using Attempts = std::list<Attempt>;

    // Who claims: where places have no limits by queue there are several, for what comes while the
    // claims of the others are under way.
    struct Claimer {
        explicit Claimer(asio::any_io_executor executor) : signal(std::move(executor)) {}

        enum class State : std::uint8_t { asleep, woken, claims };
        State state = State::asleep;
        Signal signal;
    };

    // What of a queue with a limit runs here.
    struct Load {
        std::size_t running = 0;
        std::size_t limit = 1;
    };
    bool has_room() const
    {
        return places_.free() > claiming_ && attempts_.size() + claiming_ < options_.attempts_max;
    }
    bool has_limits() const { return options_.queue_limit || options_.queue_max != SIZE_MAX; }

    Async<void> keep_claiming(Claimer& self);
    Async<bool> claim_some(); // true: there may be more
    Async<Result<std::vector<Leased>>> claim(std::size_t limit);
    void reserve(std::size_t places);
    void release(std::size_t places);
    std::size_t claim_limit();
    std::size_t share() const;
    void begin(Leased task);
    Async<void> begin_all(std::vector<Leased> tasks, WorkerId claimer);
    void leave_place(Attempt& attempt);
    static void stop_one(Attempt& attempt);
    static bool is_late(const Attempt& attempt, const Error& error);
    bool count_in(const Leased& task);
    Async<void> learn_limit(const Leased& task);
    void count_out(const Leased& task);
    void leave_out_full_queues();
    Async<void> execute(Attempts::iterator attempt);
    Async<Result<void>> report(const Leased& task, const Outcome& outcome);
    Async<Result<void>> give_back(
        const Leased& task, WorkerId worker, std::string reason,
        std::optional<Micros> again_after = std::nullopt
    );

    Store& store_;
    Worker& worker_;
    Executor& tasks_;
    Options options_;
    Log log_;
    std::shared_ptr<const QueueFilter> filter_;
    TaskScope scope_;
    std::deque<Claimer> claimers_;
    Signal ended_; // an attempt or a claimer, for stop()
    Attempts attempts_;
    std::map<std::string, Load, std::less<>> loads_; // with limits of queues only
    Places places_;
    std::size_t share_ = SIZE_MAX; // of a queue, where it is less than its limit
    std::size_t claiming_ = 0;     // places that claims under way have asked for
    std::size_t claims_ = 0;       // claimers that have not ended
    bool has_news_ = false;        // since the last claim was asked for
    bool has_claimed_ = false;     // since was_idle()
    bool closed_ = false;
    bool stopping_ = false;
};

} // namespace sluice
