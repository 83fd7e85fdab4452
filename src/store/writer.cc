// SPDX-License-Identifier: Apache-2.0
#include "store/writer.h"

#include "store/use_cases/signatures.h"

#include "store/use_cases/context.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace sluice {

namespace {

using Kind = StoreFailure::Kind;
constexpr auto reconnect_pause = std::chrono::milliseconds(100);

// An operation whose run is locked by other processes again and again waits for it, alone.
constexpr int misses_max = 3;

// Whoever failed has tried again by then.
constexpr auto calm_after_failure = std::chrono::seconds(5);

} // namespace

void run_read(Session& session, ReadJob& job)
{
    for (int attempt = 0;; ++attempt) {
        try {
            session.connect();
            job.read(session.reads());
            return;
        } catch (const StoreFailure& failure) {
            const bool lost = failure.kind() == Kind::lost || failure.kind() == Kind::lost_commit;
            session.rollback();
            if (attempt > 0 || !lost) {
                job.fail(lost ? no_answer() : failure.error());
                return;
            }
        } catch (const std::exception& error) {
            session.rollback();
            job.fail({Errc::corrupt, error.what()});
            return;
        }
    }
}

Writer::Writer(
    asio::any_io_executor executor, std::unique_ptr<Session> session, StoreClock& clock,
    Mailbox& mailbox, Neighbours& neighbours, std::uint64_t uid_secret, OnCommit on_commit,
    Policy policy, Log log
)
    : session_(std::move(session)),
      clock_(clock),
      mailbox_(mailbox),
      neighbours_(neighbours),
      uid_secret_(uid_secret),
      on_commit_(std::move(on_commit)),
      policy_(std::move(policy)),
      log_(std::move(log)),
      burst_(std::move(executor), [this](auto operations) { take_in(operations); })
{
    clock_state_.offset = clock_.offset();
    thread_ = std::thread([this] { loop(); });
    pthread_setname_np(thread_.native_handle(), "store-writer");
}

Writer::~Writer()
{
    burst_.tell_now();
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    arrived_.notify_all();
    thread_.join();
}

void Writer::push(OperationBase& operation)
{
    mailbox_.expect();
    operation.arrived = clock_.now();
    burst_.push(operation);
}

void Writer::take_in(std::span<OperationBase* const> operations)
{
    {
        std::lock_guard lock(mutex_);
        for (OperationBase* operation : operations)
            (operation->lane == Lane::hot ? hot_ : bulk_).push_back(operation);
    }
    arrived_.notify_one();
}

void Writer::push(ReadJob& job)
{
    mailbox_.expect();
    {
        std::lock_guard lock(mutex_);
        reads_.push_back(&job);
    }
    arrived_.notify_one();
}

std::size_t Writer::queued() const
{
    std::lock_guard lock(mutex_);
    return hot_.size() + bulk_.size();
}

bool Writer::is_idle() const
{
    std::lock_guard lock(mutex_);
    return waits_ && hot_.empty() && bulk_.empty() && reads_.empty();
}

void Writer::forget()
{
    std::lock_guard lock(mutex_);
    forget_ = true;
}

void Writer::loop()
{
    for (;;) {
        Operations operations = take();
        run_reads();
        if (!operations.empty()) {
            serve(std::move(operations));
            continue;
        }
        std::lock_guard lock(mutex_);
        if (stopping_ && hot_.empty() && bulk_.empty() && reads_.empty())
            return;
    }
}

Writer::Operations Writer::take()
{
    std::unique_lock lock(mutex_);
    waits_ = true;
    arrived_.wait(lock, [this] {
        return stopping_ || !hot_.empty() || !bulk_.empty() || !reads_.empty();
    });
    waits_ = false;
    if (std::exchange(forget_, false))
        forget_caches();
    Operations taken;
    std::size_t weight = 0;
    for (std::deque<OperationBase*>* lane : {&hot_, &bulk_})
        while (!lane->empty() &&
               (taken.empty() || weight + lane->front()->weight() <= policy_.group_weight_max)) {
            weight += lane->front()->weight();
            taken.push_back(lane->front());
            lane->pop_front();
        }
    return taken;
}

void Writer::run_reads()
{
    std::deque<ReadJob*> reads;
    {
        std::lock_guard lock(mutex_);
        reads.swap(reads_);
    }
    for (ReadJob* job : reads) {
        if (!job->is_given_up())
            run_read(*session_, *job);
        Parked* const done = job;
        mailbox_.deliver({&done, 1});
    }
}

void Writer::serve(Operations operations)
{
    drop_given_up(operations);
    while (!operations.empty()) {
        serve_together(operations);
        operations = std::exchange(missed_, {});
        Operations waits;
        std::erase_if(operations, [&](OperationBase* operation) {
            if (++operation->misses < misses_max)
                return false;
            waits.push_back(operation);
            return true;
        });
        for (OperationBase* operation : waits)
            serve_together({operation});
    }
}

// Whoever asked has heard that it could not be done.
void Writer::drop_given_up(Operations& operations)
{
    Operations dropped;
    std::erase_if(operations, [&](OperationBase* operation) {
        if (!operation->is_given_up())
            return false;
        dropped.push_back(operation);
        return true;
    });
    deliver(dropped);
}

void Writer::serve_together(const Operations& operations)
{
    again_ = 0;
    while (!try_group(operations)) {
    }
}

bool Writer::try_group(const Operations& operations)
{
    try {
        const Micros start = clock_.source().since_boot();
        run_transaction(operations);
        const Micros took = clock_.source().since_boot() - start;
        longest_group_.store(
            std::max(longest_group_.load(std::memory_order_relaxed), took.count()),
            std::memory_order_relaxed
        );
        if (policy_.meter)
            policy_.meter->ran("write_group", took);
        committed(operations);
        return true;
    } catch (const StoreFailure& failure) {
        return handle(failure, operations);
    } catch (const MustRegister&) {
        registers_ = true;
        session_->rollback();
        forget_caches();
        return false;
    } catch (const std::exception& error) {
        // A defect of ours, or no memory: the operation that it belongs to fails, the others do
        // not.
        return handle({Kind::refused, {Errc::corrupt, error.what()}}, operations);
    }
}

void Writer::run_transaction(const Operations& operations)
{
    session_->connect();
    changes_ = Changes{};
    const bool registers = std::exchange(registers_, false);
    session_->begin_write(registers);
    book_.begin_group();
    if (session_->written_by_others()) {
        board_.forget();
        lines_.forget();
        changes_.from_outside = true;
        changes_.told = neighbours_.tell_what();
    }
    WriteContext context{
        .tables = session_->tables(),
        .board = board_,
        .book = book_,
        .lines = lines_,
        .neighbours = neighbours_,
        .random = random_,
        .now = clock_.now(),
        .uid_secret = uid_secret_,
        .dead_end_cancel = policy_.dead_end_cancel,
        .tells_ends = tells_ends_.load(std::memory_order_relaxed),
        .may_register = registers,
        .clock = clock_state_,
        .runs = {},
        .changes = std::move(changes_),
        .debts = {},
        .counting = {},
        .moves = {},
        .settlements = {},
        .group_number = group_number_++,
        .tally = {},
        .schedules = {},
        .stored_rules = {}};
    run_operations(context, operations);
    changes_ = std::move(context.changes);
    tally_ = std::move(context.tally);
    tally_.operations = operations.size();
    next_clock_state_ = context.clock;
    session_->commit();
}

void Writer::run_operations(WriteContext& context, const Operations& operations)
{
    const bool waits = operations.size() == 1 && operations.front()->misses >= misses_max;
    Group group;
    std::vector<RunId> runs;
    for (OperationBase* operation : operations) {
        operation->answered = false;
        operation->deferred = false;
        operation->join(group);
        operation->add_runs(runs);
    }
    foresee(context.tables, group);
    sort_unique(runs);
    if (!runs.empty())
        context.runs.add(
            context.tables.lock_runs(runs, waits ? Tables::Wait::wait : Tables::Wait::pass_over)
        );
    run_group(context, group);
    if (waits && operations.front()->deferred) {
        operations.front()->deferred = false;
        operations.front()->fail({Errc::not_found, "no such run"});
    }
}

void Writer::forget_caches()
{
    board_.forget();
    book_.forget();
    lines_.forget();
}

void Writer::committed(const Operations& operations)
{
    note_success();
    clock_state_ = next_clock_state_;
    clock_.set_offset(clock_state_.offset);
    if (policy_.meter)
        policy_.meter->committed(tally_);
    if (!changes_.empty())
        on_commit_(changes_);
    deliver(operations);
}

bool Writer::handle(const StoreFailure& failure, const Operations& operations)
{
    session_->rollback();
    forget_caches();
    switch (failure.kind()) {
    case Kind::again:
        if (++again_ < policy_.again_max && clock_.now() < end_of_patience(operations))
            return false;
        break;
    case Kind::lost:
        return reconnect(operations, failure.error());
    case Kind::lost_commit:
        return settle_lost_commit(operations);
    case Kind::refused:
        // Another process was faster with a unique name: the second look sees it.
        if (failure.error().code == Errc::conflict && operations.size() == 1 && again_++ == 0)
            return false;
        break;
    case Kind::broken:
        break;
    }
    if (operations.size() > 1 && failure.kind() != Kind::broken) {
        serve_singly(operations);
        return true;
    }
    note_failure(failure.error());
    fail_all(operations, failure.error());
    return true;
}

bool Writer::is_broken_off() const
{
    return policy_.break_off && policy_.break_off->is_given();
}

// Small groups get through on a disk that is full: that alone is not the end of the outage.
void Writer::note_success()
{
    if (failing_since_.load(std::memory_order_relaxed) == 0 ||
        clock_.source().since_boot() - last_failure_ < calm_after_failure)
        return;
    failing_since_.store(0, std::memory_order_relaxed);
    log_.warn("the database can be written to again");
}

// One line for an outage, not one for each group that meets it.
void Writer::note_failure(const Error& error)
{
    if (is_broken_off())
        return; // who has done that says so
    if (error.code == Errc::unavailable) {
        std::int64_t none = 0;
        last_failure_ = clock_.source().since_boot();
        const std::int64_t now = last_failure_.count();
        if (!failing_since_.compare_exchange_strong(none, now, std::memory_order_relaxed))
            return;
    }
    log_.warn("{}", error.detail);
}

Time Writer::end_of_patience(const Operations& operations) const
{
    Time oldest = clock_.now();
    for (const OperationBase* operation : operations)
        oldest = std::min(oldest, operation->arrived);
    return oldest + policy_.patience;
}

void Writer::serve_singly(const Operations& operations)
{
    for (OperationBase* operation : operations)
        serve_together({operation});
}

// Nothing was done. Waits for the database as long as somebody's patience lasts.
bool Writer::reconnect(const Operations& operations, const Error& error)
{
    note_failure(error);
    const Time end = end_of_patience(operations);
    while (clock_.now() < end && !is_broken_off()) {
        try {
            session_->connect();
            return false;
        } catch (const StoreFailure&) {
            session_->rollback();
            std::this_thread::sleep_for(reconnect_pause);
        }
    }
    fail_all(operations, error);
    return true;
}

// Either all or nothing was done: only the database knows.
bool Writer::settle_lost_commit(const Operations& operations)
{
    const Error away = no_answer();
    const Time deadline = clock_.now() + policy_.commit_patience;
    while (clock_.now() < deadline && !is_broken_off()) {
        try {
            const CommitFate fate = session_->fate_of_last_commit();
            if (fate == CommitFate::rolled_back)
                return false;
            if (fate == CommitFate::committed) {
                committed(operations);
                return true;
            }
        } catch (const StoreFailure&) {
            session_->rollback();
        }
        fail_impatient(away);
        std::this_thread::sleep_for(reconnect_pause);
    }
    fail_all(
        operations,
        {Errc::unavailable, "the database went away during COMMIT: the outcome is unknown"}
    );
    return true;
}

void Writer::fail_all(const Operations& operations, const Error& error)
{
    for (OperationBase* operation : operations) {
        operation->deferred = false;
        operation->fail(error);
    }
    deliver(operations);
}

// Who has come meanwhile is not part of the lost COMMIT, and need not wait for its fate.
void Writer::fail_impatient(const Error& error)
{
    Operations impatient;
    {
        std::lock_guard lock(mutex_);
        const Time end = clock_.now() - policy_.patience;
        for (std::deque<OperationBase*>* lane : {&hot_, &bulk_})
            while (!lane->empty() && lane->front()->arrived <= end) {
                impatient.push_back(lane->front());
                lane->pop_front();
            }
    }
    if (!impatient.empty())
        fail_all(impatient, error);
}

// What is delivered may be gone at once: nobody looks at it afterwards.
void Writer::deliver(const Operations& operations)
{
    std::vector<Parked*> done;
    done.reserve(operations.size());
    for (OperationBase* operation : operations) {
        if (operation->deferred)
            missed_.push_back(operation);
        else
            done.push_back(operation);
    }
    mailbox_.deliver(done);
}

} // namespace sluice
