// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "async/mailbox.h"
#include "base/log.h"
#include "base/uid.h"
#include "store/break_off.h"
#include "store/changes.h"
#include "store/meter.h"
#include "store/reads.h"
#include "store/requests.h"
#include "store/session.h"
#include "store/store_clock.h"
#include "store/store_watch.h"

#include <functional>
#include <memory>
#include <string>
#include <type_traits>

namespace sluice {

class Neighbours;
class Writer;
class ReaderThread;
struct ReadJob;
struct OperationBase;

// How a database is opened, in either dialect.
struct StoreOptions {
    std::string url;    // sqlite:///path, a bare path, postgresql://…
    std::string schema; // of PostgreSQL, made if it is missing; empty: what the URL says
    bool schema_must_exist = false;        // it is not made: not_found
    StatementObserver* observer = nullptr; // borrowed for the store's life; null: none
    const ClockSource* clock = nullptr;    // borrowed; null: the machine's
    bool dead_end_cancel = true;           // a task goes when all tasks behind it have gone
    StoreMeter* meter = nullptr;           // borrowed for the store's life; null: none
    int readers = 2;                       // connections for reads on PostgreSQL; SQLite has one
    bool connect_all = false; // at once, and what libpq reads from the environment is kept
    bool is_guest = false;    // in somebody's program: SQLite is not set up, forks are guarded
};

// The durable truth, in the words of the domain: one method per use case, each awaited on the loop
// thread while the store's own threads do the work. Concurrent calls share transactions; a lonely
// one is served at once. What is answered is durable. Calls are not cancellable, they are short.
//
// Every method may answer `unavailable` (the database is away, the disk is full). Of a database
// that does not answer at all, those that users wait for say so within two seconds: such a write is
// not done when it was still waiting for its group, else it is done whole or not at all.
class Store {
public:
    // What a dialect supplies; made by open_store().
    struct Parts {
        std::unique_ptr<Session> writer;
        std::vector<std::unique_ptr<Session>> readers; // none: reads take turns with writes
        std::unique_ptr<Session> probe; // finds out whether the database hangs; none: it never does
        StoreWatch::Limits silence;     // likewise
        std::unique_ptr<Neighbours> neighbours;
        std::uint64_t uid_secret = 0;
        std::string handle_secret;
        bool dead_end_cancel = true;         // as StoreOptions
        StoreMeter* meter = nullptr;         // likewise
        bool clock_is_remote = false;        // pulse() tells the time of the database's machine
        std::shared_ptr<BreakOff> break_off; // that of the sessions and neighbours; null: none
    };

    Store(asio::any_io_executor executor, Parts parts, const ClockSource& clock, Log log);
    ~Store(); // every call must have returned
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    Async<Result<Submitted>> submit(Submit request);
    Async<Result<Submitted>> stage_run(StageRun request);
    Async<Result<std::vector<TaskId>>> stage_tasks(StageTasks request);
    Async<Result<bool>> stage_links(StageLinks request);
    Async<Result<Submitted>> publish_run(PublishRun request);

    Async<Result<WorkerId>> register_worker(RegisterWorker request);
    Async<Result<bool>> release_worker(ReleaseWorker request);
    Async<Result<std::vector<Leased>>> claim(Claim request);
    Async<Result<bool>> start(Start request);
    Async<Result<Finished>> finish(Finish request);
    Async<Result<bool>> give_back(GiveBack request);
    Async<Result<std::vector<HeldLease>>> heartbeat(Heartbeat request);

    Async<Result<Affected>> cancel(Cancel request);
    Async<Result<Affected>> pause(Pause request);
    Async<Result<Affected>> resume(Resume request);
    Async<Result<Affected>> retry_tasks(RetryTasks request);
    Async<Result<bool>> delete_run(DeleteRun request);

    Async<Result<std::size_t>> tick(Tick request);
    Async<Result<std::size_t>> expire(Expire request);
    Async<Result<std::size_t>> rescue(Rescue request);
    Async<Result<std::size_t>> sweep(Sweep request);
    Async<Result<std::size_t>> settle(Settle request);
    Async<Result<bool>> check_clock(CheckClock request);

    Async<Result<OutputsRegistered>> register_outputs(RegisterOutputs request);
    Async<Result<bool>> outputs_uploaded(OutputsUploaded request);
    Async<Result<TakeDoomed::Reply>> take_doomed(TakeDoomed request);
    Async<Result<bool>> outputs_removed(OutputsRemoved request);
    Async<Result<KeyRow>> create_key(CreateKey request);
    Async<Result<bool>> revoke_key(RevokeKey request);

    Async<Result<bool>> update_task(UpdateTask request);
    Async<Result<bool>> add_counts(AddCounts request);
    Async<Result<std::vector<OwedDelivery>>> take_owed(TakeOwed request);
    Async<Result<bool>> end_try(EndTry request);
    Async<Result<std::size_t>> redeliver(Redeliver request);
    Async<Result<std::size_t>> set_rules(SetRules request);
    Async<Result<bool>> hide_task(HideTask request);
    Async<Result<bool>> record_event(RecordEvent request);
    Async<Result<PurgedBatches>> purge_batches(PurgeBatches request);
    Async<Result<std::size_t>> purge_tasks(PurgeTasks request);
    Async<Result<std::size_t>> prune_events(PruneEvents request);

    Async<Result<ScheduleRow>> create_schedule(CreateSchedule request);
    Async<Result<ScheduleRow>> change_schedule(ChangeSchedule request);
    Async<Result<bool>> delete_schedule(DeleteSchedule request);
    Async<Result<std::vector<StoredSchedule>>> take_schedules(TakeSchedules request);
    Async<Result<bool>> settle_schedule(SettleSchedule request);
    Async<Result<bool>> count_tick_try(CountTickTry request);
    Async<Result<RenewTriggers::Reply>> renew_triggers(RenewTriggers request);
    Async<Result<Defined>> define(Define request);
    Async<Result<DefinitionRow>> redefine(Redefine request);
    Async<Result<bool>> undefine(Undefine request);
    Async<Result<FollowRules::Reply>> follow_rules(FollowRules request);

    Async<Result<DeclareWorkflows::Reply>> declare_workflows(DeclareWorkflows request);
    Async<Result<bool>> defer(Defer request);
    Async<Result<bool>> describe_worker(DescribeWorker request);
    Async<Result<std::size_t>> abandon(Abandon request);

    Async<Result<std::vector<LedJob>>> take_cluster_jobs(TakeClusterJobs request);
    Async<Result<bool>> note_cluster_job(NoteClusterJob request);
    Async<Result<bool>> fail_run(FailRun request);
    Async<Result<std::size_t>> end_worker(EndWorker request);
    Async<Result<Micros>> extend_leave(ExtendLeave request);

    // Runs `body(Reads&)` on a reader thread and gives back what it returns. The body is one short
    // snapshot per call of Reads; it borrows nothing that the caller may lose.
    template <class Body>
    Async<Result<std::invoke_result_t<Body&, Reads&>>> read(Body body);

    // Called on the loop thread with what commits have brought about, of this process and others.
    void on_changes(OnChanges callback) { on_changes_ = std::move(callback); }

    // From now on what this store commits comes with the ends of runs of workflows and of their
    // tasks (Changes::ends): asked for by who would read them else.
    void tell_ends();

    // Another call comes in the next turn of the loop: those of this turn wait for it, so that they
    // share one write group.
    void expect_call();

    // The database is not waited for any more: calls under way are answered soon, later ones at
    // once, all with `unavailable`, and the end of this store waits for nothing. What was being
    // written is done whole or not at all. Any thread; only for a guest's store, else nothing.
    void break_off();

    // What may have become claimable without anybody telling this process is looked up at the next
    // claim.
    void forget_queues();

    // The longest time that one write group took since the last forget_statistics().
    Micros longest_group() const;

    // How many writes wait to be taken by a group. Any thread.
    std::size_t queued() const;

    // The connections that all calls share, and how many of them have nothing to do.
    struct Connections {
        std::size_t all = 0;
        std::size_t idle = 0;
    };
    Connections connections() const;

    // For how long nothing could be written or the database hangs; zero when the last write went
    // well.
    Micros failing_for() const;
    void forget_statistics();

    const StoreClock& clock() const { return clock_; }
    bool clock_is_remote() const { return clock_is_remote_; }
    Neighbours& neighbours() { return *neighbours_; }

    // Signs the tokens of handles; the same for all processes on one database.
    const std::string& handle_secret() const { return handle_secret_; }

    Uid uid(UidKind kind, Time created_at, std::int64_t key) const
    {
        return make_uid(kind, created_at, key, uid_secret_);
    }
    std::optional<std::int64_t> key(UidKind kind, const Uid& uid) const
    {
        return key_of(kind, uid, uid_secret_);
    }

private:
    template <class Request>
    Async<Result<typename Request::Reply>> perform(Request request);
    Async<void> run_read_job(std::shared_ptr<ReadJob> job);
    Async<void> wait_for(std::shared_ptr<OperationBase> operation);
    void committed(const Changes& changes); // writer thread
    void news(const Changes& changes);      // thread of the neighbours
    void publish(std::shared_ptr<const Changes> changes);

    asio::any_io_executor executor_;
    StoreClock clock_;
    std::uint64_t uid_secret_;
    std::string handle_secret_;
    bool clock_is_remote_;
    OnChanges on_changes_;
    Mailbox mailbox_;
    std::unique_ptr<Neighbours> neighbours_;
    std::unique_ptr<Writer> writer_;
    std::vector<std::unique_ptr<ReaderThread>> readers_;
    std::size_t next_reader_ = 0;
    std::unique_ptr<ReaderThread> probe_;
    std::shared_ptr<StoreWatch> watch_;
    std::shared_ptr<BreakOff> break_off_;
};

// Opens (creates, migrates) the database that the URL names. Blocks; meant for start-up. Errors:
// invalid (URL, schema, a database newer than the program), not_found (mode=rw and no file),
// unavailable, corrupt.
Result<std::unique_ptr<Store>>
open_store(asio::any_io_executor executor, const StoreOptions& options, Log log);

} // namespace sluice

#include "store/store_impl.h"
