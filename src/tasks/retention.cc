// SPDX-License-Identifier: Apache-2.0
#include "tasks/retention.h"

#include "engine/outage.h"
#include "store/service_reads.h"
#include "store/store.h"

#include <map>

namespace sluice {

namespace {

constexpr std::size_t page = 1000;                    // rows that are looked at together
constexpr auto breath = std::chrono::milliseconds(1); // between two pieces: others first

// The store looks again, with the batch locked.
bool seems_old(const RunRow& run, Time ended_before)
{
    return run.kind == RunKind::batch && is_final(run.state) && run.finished_at &&
           *run.finished_at < ended_before;
}

// Batches that are removed together: as many as one piece holds, and at least one.
std::vector<std::vector<RunId>>
packed(const std::vector<RunRow>& runs, Time ended_before, std::size_t piece)
{
    std::vector<std::vector<RunId>> packs;
    std::size_t room = 0;
    for (const RunRow& run : runs) {
        if (!seems_old(run, ended_before))
            continue;
        const auto size = static_cast<std::size_t>(run.counts.total) + 1;
        if (packs.empty() || size > room) {
            packs.emplace_back();
            room = piece;
        }
        packs.back().push_back(run.id);
        room -= std::min(room, size);
    }
    return packs;
}

std::map<RunId, std::vector<TaskId>>
by_run(const std::vector<ServiceReads::HiddenTask>& tasks, Time hidden_before)
{
    std::map<RunId, std::vector<TaskId>> runs;
    for (const ServiceReads::HiddenTask& task : tasks)
        if (task.hidden_at < hidden_before)
            runs[task.run].push_back(task.task);
    return runs;
}

} // namespace

Retention::Retention(asio::any_io_executor executor, Store& store, Options options, Log log)
    : store_(store), options_(std::move(options)), log_(std::move(log)), wake_(executor)
{}

Async<Retention::Pass> Retention::run_once()
{
    const Micros begin = store_.clock().source().since_boot();
    Pass pass;
    const Result<void> done = co_await do_all(pass);
    if (!done)
        pass.problem = done.error();
    pass.took = store_.clock().source().since_boot() - begin;
    co_return pass;
}

Async<Result<void>> Retention::do_all(Pass& pass)
{
    const Time now = store_.clock().now();
    Result<void> done;
    if (options_.hidden)
        done = co_await purge_hidden(pass, now - *options_.hidden);
    if (done && options_.ended)
        done = co_await purge_batches(pass, now - *options_.ended);
    if (done && options_.audit)
        done = co_await prune_audit(pass, now - *options_.audit);
    co_return done;
}

// From the oldest on: a batch that ended before a time was created before it, too.
Async<Result<void>> Retention::purge_batches(Pass& pass, Time ended_before)
{
    for (RunId after; !stopping_;) {
        auto look = [after](Reads& reads) { return reads.service().oldest_runs(after, page); };
        const Result<std::vector<RunRow>> runs = co_await store_.read(std::move(look));
        if (!runs)
            co_return runs.error();
        std::vector<std::vector<RunId>> packs = packed(*runs, ended_before, options_.piece);
        for (std::vector<RunId>& pack : packs) {
            const Result<void> purged = co_await purge(pass, std::move(pack), ended_before);
            if (!purged)
                co_return purged;
        }
        if (runs->size() < page || runs->back().created_at >= ended_before)
            break;
        after = runs->back().id;
    }
    co_return Result<void>();
}

Async<Result<void>> Retention::purge(Pass& pass, std::vector<RunId> batches, Time ended_before)
{
    while (!batches.empty() && !stopping_) {
        PurgeBatches request;
        request.batches = std::move(batches);
        request.ended_before = ended_before;
        request.limit = options_.piece;
        Result<PurgedBatches> purged = co_await store_.purge_batches(std::move(request));
        if (!purged)
            co_return purged.error();
        pass.tasks += purged->tasks;
        batches = std::move(purged->unfinished);
        if (!batches.empty())
            co_await sleep_for(breath);
    }
    co_return Result<void>();
}

Async<Result<void>> Retention::purge_hidden(Pass& pass, Time hidden_before)
{
    using Tasks = std::vector<ServiceReads::HiddenTask>;
    const std::size_t limit = std::min(page, options_.piece);
    for (TaskId after; !stopping_;) {
        auto look = [after, limit](Reads& reads) {
            return reads.service().hidden_tasks(after, limit);
        };
        const Result<Tasks> hidden = co_await store_.read(std::move(look));
        if (!hidden)
            co_return hidden.error();
        std::map<RunId, std::vector<TaskId>> runs = by_run(*hidden, hidden_before);
        for (auto& [run, tasks] : runs) {
            PurgeTasks request{run, std::move(tasks), hidden_before};
            const Result<std::size_t> purged = co_await store_.purge_tasks(std::move(request));
            if (purged)
                pass.tasks += *purged;
            else if (purged.error().code != Errc::not_found) // the batch has gone meanwhile
                co_return purged.error();
        }
        if (hidden->size() < limit)
            break;
        after = hidden->back().task;
    }
    co_return Result<void>();
}

Async<Result<void>> Retention::prune_audit(Pass& pass, Time before)
{
    // Mostly there is nothing, and nothing is written then.
    auto look = [before](Reads& reads) {
        ServiceReads::AuditFilter filter;
        filter.before = before - Micros(1);
        filter.limit = 1;
        return reads.service().audit(filter).events.size();
    };
    const Result<std::size_t> old = co_await store_.read(std::move(look));
    if (!old)
        co_return old.error();
    for (bool is_more = *old > 0; is_more && !stopping_;) {
        PruneEvents request;
        request.before = before;
        request.limit = options_.piece;
        const Result<std::size_t> pruned = co_await store_.prune_events(std::move(request));
        if (!pruned)
            co_return pruned.error();
        pass.audit_lines += *pruned;
        is_more = *pruned == options_.piece;
        if (is_more)
            co_await sleep_for(breath);
    }
    co_return Result<void>();
}

void Retention::report(const Pass& pass) const
{
    if (pass.problem)
        warn_unless_away(log_, "retention", *pass.problem);
    if (pass.tasks + pass.audit_lines > 0)
        log_.info(
            "retention: {} tasks and {} lines of the audit removed", pass.tasks, pass.audit_lines
        );
    options_.on_pass(pass);
}

Async<void> Retention::run()
{
    while (!stopping_) {
        const Pass pass = co_await run_once();
        report(pass);
        if (!stopping_)
            co_await wake_.wait_for(options_.interval);
    }
}

void Retention::stop()
{
    stopping_ = true;
    wake_.notify();
}

} // namespace sluice
