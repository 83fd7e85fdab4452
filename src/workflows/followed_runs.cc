// SPDX-License-Identifier: Apache-2.0
#include "workflows/followed_runs.h"

#include "async/signal.h"
#include "base/result.h"
#include "engine/retry_pause.h"
#include "store/store.h"
#include "workflows/run_actions.h"
#include "workflows/run_reads.h"

#include <boost/asio/post.hpp>

#include <cxxabi.h>
#include <utility>

namespace sluice {

namespace {

template <class T>
PendingPtr<T> answered(CallResult<T> result)
{
    auto pending = std::make_shared<Pending<T>>();
    pending->answer(std::move(result));
    return pending;
}

// Calls what the program has given, which may throw anything.
void call(
    const FollowedRuns::OnStatus& listener, const std::string& id, RunStatus status, const Log& log
)
{
    try {
        listener(id, status);
    } catch (const abi::__forced_unwind&) {
        throw; // the thread is being ended
    } catch (const std::exception& error) {
        log.warn("the status callback of run {} ended with {}", id, error.what());
    } catch (...) {
        log.warn("the status callback of run {} ended with an unknown exception", id);
    }
}

} // namespace

// What a program has of a run. It reaches the others on the loop only, and only while calls are
// taken there.
class FollowedRuns::Run final : public FollowedRun {
public:
    Run(FollowedRuns& all, RunId run, std::string id)
        : all_(all), calls_(all.needs_.calls), run_(run), id_(std::move(id))
    {}

    const std::string& id() const noexcept override { return id_; }

    PendingPtr<SharedReport> end() override
    {
        const std::optional<CallError> forked = calls_->forked();
        return forked ? answered<SharedReport>(*forked) : end_;
    }

    PendingPtr<SharedReport> report() override
    {
        if (calls_->forked() || is_end_known())
            return end();
        return calls_->ask<SharedReport>([all = &all_, run = run_] { return all->report(run); });
    }

    PendingPtr<RunStatus> status() override
    {
        if (!calls_->forked() && is_end_known())
            return answered<RunStatus>((*end_->get())->status);
        return calls_->ask<RunStatus>([all = &all_, run = run_] { return all->status(run); });
    }

    PendingPtr<bool> cancel(std::string reason) override
    {
        return calls_->ask<bool>([all = &all_, run = run_, reason = std::move(reason)] {
            return all->cancel(run, reason);
        });
    }

    RunId run() const { return run_; }
    void answer(CallResult<SharedReport> result) { end_->answer(std::move(result)); }

private:
    bool is_end_known() const { return end_->is_answered() && end_->get().has_value(); }

    FollowedRuns& all_;
    const std::shared_ptr<LoopCalls> calls_;
    const RunId run_;
    const std::string id_;
    const PendingPtr<SharedReport> end_ = std::make_shared<Pending<SharedReport>>();
};

FollowedRuns::FollowedRuns(Needs needs, Log log) : needs_(std::move(needs)), log_(std::move(log))
{}

FollowedRuns::~FollowedRuns() = default;

FollowedRuns::Entry& FollowedRuns::expect(RunId run, std::string id, RunWaiters::Look look)
{
    const auto [found, is_new] = entries_.try_emplace(run);
    if (is_new) {
        found->second.id = std::move(id);
        needs_.waiters.expect(
            run, [this](const EndedRun& end) { ended(end); }, look
        );
    }
    return found->second;
}

FollowedRuns::RunPtr FollowedRuns::handle_of(Entry& entry, RunId run)
{
    RunPtr handle = entry.run.lock();
    if (!handle) {
        handle = std::make_shared<Run>(*this, run, entry.id);
        entry.run = handle;
    }
    return handle;
}

FollowedRunPtr FollowedRuns::made(OwnRun run, OnStatus on_status)
{
    const RunId key = run.run;
    const Uid id = needs_.store.uid(UidKind::run, run.created_at, key.value);
    const bool has_tasks = !run.tasks.empty(); // which this very process may begin next
    Entry& entry = expect(
        key, format_uid(id), has_tasks ? RunWaiters::Look::needless : RunWaiters::Look::asked
    );
    entry.own = std::make_unique<OwnRun>(std::move(run));
    if (on_status) {
        entry.listeners.push_back(std::make_shared<const OnStatus>(std::move(on_status)));
        tell(entry, RunStatus::pending);
    }
    return handle_of(entry, key);
}

Async<Result<FollowedRunPtr>> FollowedRuns::attach(RunId run, std::string id)
{
    if (!entries_.contains(run)) {
        const Result<RunStatus> found = co_await status(run);
        if (!found)
            co_return found.error();
    }
    Entry& entry = expect(run, std::move(id), RunWaiters::Look::asked);
    co_return FollowedRunPtr(handle_of(entry, run));
}

FollowedRunPtr FollowedRuns::revived(RunId run, std::string id)
{
    needs_.cache.forget(run);
    Entry& entry = expect(run, std::move(id), RunWaiters::Look::asked);
    entry.own = nullptr;
    return handle_of(entry, run);
}

void FollowedRuns::tell(Entry& entry, RunStatus status)
{
    if (entry.told == status)
        return;
    entry.told = status;
    for (const std::shared_ptr<const OnStatus>& listener : entry.listeners)
        needs_.callbacks.post([listener, id = entry.id, status, log = log_] {
            call(*listener, id, status, log);
        });
}

void FollowedRuns::began(RunId run)
{
    const auto entry = entries_.find(run);
    if (entry != entries_.end() && entry->second.told == RunStatus::pending)
        tell(entry->second, RunStatus::running);
}

Async<void> FollowedRuns::look_at(RunId run)
{
    const auto before = entries_.find(run);
    if (before == entries_.end() || before->second.listeners.empty())
        co_return;
    const Result<RunStatus> now = co_await status(run);
    const auto entry = entries_.find(run);
    if (now && !is_final(*now) && entry != entries_.end())
        tell(entry->second, *now);
}

// The ends of its tasks came with the same commit, and others may be told of them after us.
void FollowedRuns::ended(const EndedRun& run)
{
    ends_.push_back(run);
    if (ends_.size() == 1)
        asio::post(needs_.loop, [this, exists = std::weak_ptr(exists_)] {
            if (!exists.expired())
                changed();
        });
}

void FollowedRuns::changed()
{
    for (const EndedRun& run : std::exchange(ends_, {}))
        finish(run);
}

void FollowedRuns::finish(const EndedRun& run)
{
    auto node = entries_.extract(run.row.id);
    if (!node)
        return;
    Entry& entry = node.mapped();
    tell(entry, run_status({.state = run.row.state}));
    RunCache& cache = needs_.cache;
    const RunPtr handle = entry.run.lock();
    SharedReport report;
    const auto context = cache.initial_context(run.row.id);
    if (handle && entry.own && context)
        report = ended_report(*entry.own, entry.id, run, cache.ends(run.row.id), *context);
    cache.forget(run.row.id);
    if (report) {
        handle->answer(std::move(report));
    } else if (handle) {
        reading_.insert(handle);
        needs_.scope.spawn(read_end(handle));
    }
}

// The database may be away for a while; nobody is told so who waits.
Async<void> FollowedRuns::read_end(RunPtr run)
{
    for (;;) {
        Result<SharedReport> found = co_await report(run->run());
        if (found)
            run->answer(*std::move(found));
        else if (!is_retryable(found.error().code))
            run->answer(to_call_error(std::move(found).error()));
        else {
            co_await sleep_for(retry_pause);
            continue;
        }
        break;
    }
    reading_.erase(run);
}

void FollowedRuns::end_all(const CallError& why)
{
    for (auto& [run, entry] : std::exchange(entries_, {}))
        if (const RunPtr handle = entry.run.lock())
            handle->answer(why);
    for (const RunPtr& handle : std::exchange(reading_, {}))
        handle->answer(why);
    ends_.clear();
    needs_.waiters.cancel_all();
}

Async<Result<SharedReport>> FollowedRuns::report(RunId run)
{
    RunReads reads(needs_.store);
    co_return co_await reads.report(run);
}

Async<Result<RunStatus>> FollowedRuns::status(RunId run)
{
    RunReads reads(needs_.store);
    co_return co_await reads.status(run);
}

Async<Result<bool>> FollowedRuns::cancel(RunId run, std::string reason)
{
    RunActions actions(needs_.store, needs_.actor);
    const Result<void> canceled = co_await actions.cancel(run, std::move(reason));
    if (!canceled)
        co_return canceled.error();
    co_return true;
}

} // namespace sluice
