// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log.h"
#include "base/random.h"
#include "store/break_off.h"
#include "store/burst.h"
#include "store/changes.h"
#include "store/operation.h"
#include "store/queue_board.h"
#include "store/session.h"
#include "store/store_clock.h"
#include "store/store_impl.h"
#include "store/use_cases/context.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace sluice {

// Runs a read on a session, reconnecting once if the connection had died meanwhile.
void run_read(Session& session, ReadJob& job);

// The one thread that writes: takes what is queued, hot lane first, runs it as one transaction, and
// while that commits the next group collects (docs/data-model.md, "Natural batching"). A group that
// fails is run again or operation by operation, so that a bad one fails alone.
class Writer {
public:
    struct Policy {
        std::size_t group_weight_max = 5000;       // rows of one transaction
        Micros patience = std::chrono::seconds(2); // of an operation while the database is away
        Micros commit_patience = std::chrono::seconds(20);   // to learn how a lost COMMIT has ended
        bool dead_end_cancel = true;                         // as StoreOptions
        StoreMeter* meter = nullptr;                         // likewise
        int again_max = 10;                                  // repeats after deadlocks and the like
        std::shared_ptr<const BreakOff> break_off = nullptr; // null: nobody ever gives it
    };
    using OnCommit = std::function<void(const Changes&)>; // called on the writer thread

    Writer(
        asio::any_io_executor executor, std::unique_ptr<Session> session, StoreClock& clock,
        Mailbox& mailbox, Neighbours& neighbours, std::uint64_t uid_secret, OnCommit on_commit,
        Policy policy, Log log
    );
    ~Writer(); // what is queued is finished first
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    // Loop thread; the operation is delivered to the mailbox when it is answered. Those of one turn
    // of the loop come into one group.
    void push(OperationBase& operation);
    void expect_push() { burst_.expect(); } // loop thread: another one comes in the next turn
    void push(ReadJob& job);                // for databases that have one connection only

    // Any thread.
    Micros longest_group() const { return Micros{longest_group_.load(std::memory_order_relaxed)}; }
    void forget_statistics() { longest_group_.store(0, std::memory_order_relaxed); }

    std::size_t queued() const; // any thread
    bool is_idle() const;       // likewise

    // Any thread: since when nothing could be written (time since boot); none: it works.
    std::optional<Micros> failing_since() const
    {
        const std::int64_t since = failing_since_.load(std::memory_order_relaxed);
        return since == 0 ? std::nullopt : std::optional(Micros(since));
    }

    // Any thread: from now on changes have `ends` and `ended_runs`.
    void tell_ends() { tells_ends_.store(true, std::memory_order_relaxed); }

    // Any thread: another process has written, caches are stale.
    void forget();

private:
    using Operations = std::vector<OperationBase*>;

    void take_in(std::span<OperationBase* const> operations);
    void loop();
    Operations take();
    void run_reads();
    void serve(Operations operations);
    void drop_given_up(Operations& operations);
    void serve_together(const Operations& operations);
    void serve_singly(const Operations& operations);
    bool try_group(const Operations& operations); // false: to be run again
    void run_transaction(const Operations& operations);
    void run_operations(WriteContext& context, const Operations& operations);
    bool handle(const StoreFailure& failure, const Operations& operations);
    bool reconnect(const Operations& operations, const Error& error);
    bool settle_lost_commit(const Operations& operations);
    void committed(const Operations& operations);
    bool is_broken_off() const;
    void note_success();
    void note_failure(const Error& error);
    Time end_of_patience(const Operations& operations) const;
    void fail_all(const Operations& operations, const Error& error);
    void fail_impatient(const Error& error);
    void deliver(const Operations& operations);

    std::unique_ptr<Session> session_;
    StoreClock& clock_;
    Mailbox& mailbox_;
    Neighbours& neighbours_;
    std::uint64_t uid_secret_;
    OnCommit on_commit_;
    Policy policy_;
    Log log_;
    SystemRandom random_;
    void forget_caches();

    QueueBoard board_;
    MatchBook book_;
    LineBoard lines_;
    bool registers_ = false; // the next group may add signatures
    Changes changes_;        // of the transaction that was run last
    Tally tally_;            // likewise
    std::uint64_t group_number_ = 0;
    ClockState clock_state_;
    ClockState next_clock_state_; // once the transaction is committed
    Operations missed_;           // their runs are locked by other processes: to be run again
    int again_ = 0;
    Micros last_failure_{0}; // since boot
    std::atomic<bool> tells_ends_{false};
    std::atomic<std::int64_t> longest_group_{0}; // microseconds
    std::atomic<std::int64_t> failing_since_{0}; // microseconds since boot; 0: it works

    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    Burst burst_; // loop thread
    std::deque<OperationBase*> hot_;
    std::deque<OperationBase*> bulk_;
    std::deque<ReadJob*> reads_;
    bool forget_ = false;
    bool waits_ = false; // for something to do
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace sluice
