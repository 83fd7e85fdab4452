// SPDX-License-Identifier: Apache-2.0
// update task: what targets report and users edit. The run is locked, so nothing else moves the
// task meanwhile; only a claim may.
#include "model/task/task_words.h"
#include "store/service_tables.h"
#include "store/use_cases/edit_task.h"
#include "store/use_cases/ending.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

namespace sluice {

namespace {

using Update = Operation<UpdateTask>;

// How the tasks of a group of updates stand.
struct Standings {
    std::map<TaskId, LeaseRow> leases;
    std::map<TaskId, TaskState> final;
};

Standings standings_of(WriteContext& context, const std::vector<Update*>& updates)
{
    std::vector<TaskId> ids;
    for (const Update* update : updates)
        ids.push_back(update->request.task);
    sort_unique(ids);
    Standings standings;
    for (LeaseRow& lease : context.tables.leases({nullptr, ids}))
        standings.leases.emplace(lease.place.task, std::move(lease));
    std::erase_if(ids, [&](TaskId id) { return standings.leases.contains(id); });
    if (ids.empty())
        return standings;
    for (const DoneRow& row : context.tables.done(ids))
        standings.final.emplace(row.task, row.outcome);
    return standings;
}

Error final_already(const Standings& standings, TaskId task)
{
    const auto end = standings.final.find(task);
    const TaskState state = end == standings.final.end() ? TaskState::canceled : end->second;
    return {Errc::not_found, fmt::format("the task is final: {}", task_status_names.name(state))};
}

std::optional<Error>
refusal(WriteContext& context, const UpdateTask& request, const Standings& standings)
{
    const auto lease = standings.leases.find(request.task);
    const bool is_leased = lease != standings.leases.end();
    if (is_over(context.runs.at(request.run)) || standings.final.contains(request.task))
        return final_already(standings, request.task);
    if (request.is_report() && !is_leased)
        return Error{Errc::not_found, "the task is not running: it accepts no reports"};
    const bool is_current = is_leased && lease->second.place.attempt == request.attempt;
    if (request.attempt != 0 && !is_current)
        return superseded(request.attempt);
    return std::nullopt;
}

// The reason of a failure stands with the end of its attempt.
ServiceTables::Report report_of(const UpdateTask& request, Time now)
{
    return {
        .task = request.task,
        .at = now,
        .success = request.success.value_or(0),
        .failures = request.failures.value_or(0),
        .failure_reason = request.end == TaskState::failed ? std::nullopt : request.failure_reason};
}

// A report restarts the clock; that of a paused task stands, with its full time left.
void restart_paused_clocks(WriteContext& context, std::map<TaskId, LeaseRow> paused)
{
    if (paused.empty())
        return;
    std::vector<TaskId> ids;
    for (const auto& [id, lease] : paused)
        ids.push_back(id);
    std::vector<LeaseRow> leases;
    for (const TaskRow& task : context.tables.tasks(ids)) {
        LeaseRow& lease = leases.emplace_back(std::move(paused.at(task.id)));
        lease.paused_left = task.timeout.value_or(Micros{0});
    }
    std::ranges::sort(leases, {}, [](const LeaseRow& lease) { return lease.place.task; });
    context.tables.update_leases(leases);
}

// One task may be reported on more than once in a group: each report is a step of its own.
void write_reports(WriteContext& context, std::vector<const UpdateTask*> accepted)
{
    while (!accepted.empty()) {
        std::map<TaskId, ServiceTables::Report> once;
        std::erase_if(accepted, [&](const UpdateTask* request) {
            return once.emplace(request->task, report_of(*request, context.now)).second;
        });
        std::vector<ServiceTables::Report> reports;
        for (auto& [task, report] : once)
            reports.push_back(std::move(report));
        context.tables.service().report(reports);
        context.touch_all(reports);
    }
}

Finish finish_of(const UpdateTask& request)
{
    Finish finish;
    finish.task = request.task;
    finish.run = request.run;
    finish.attempt = request.attempt;
    if (request.end == TaskState::failed)
        finish.failure = FailureKind::reported;
    finish.error = request.failure_reason.value_or("");
    return finish;
}

// Nothing but the end of the attempt.
bool only_ends(const UpdateTask& request)
{
    return request.end && !request.success && !request.failures && !request.is_edit() &&
           (request.end == TaskState::failed || !request.failure_reason);
}

void write(WriteContext& context, std::vector<const UpdateTask*> accepted)
{
    for (const UpdateTask* request : accepted)
        if (request->is_edit())
            edit_task(context, *request);
    write_reports(context, std::move(accepted));
}

EventRow report_event(const WriteContext& context, const UpdateTask& request)
{
    EventRow event;
    event.at = context.now;
    event.run = request.run;
    event.task = request.task;
    event.kind = "report";
    event.actor = request.actor;
    event.detail = task_status_names.name(*request.end);
    return event;
}

// Those that end their attempt; the others of the group come before. What they say besides is
// written only when the end is accepted: of several in a group it is one.
void write_ends(WriteContext& context, const std::vector<Update*>& updates)
{
    std::vector<Finish> reports;
    reports.reserve(updates.size());
    for (const Update* update : updates)
        reports.push_back(finish_of(update->request));
    std::vector<Finish*> pointers;
    for (Finish& report : reports)
        pointers.push_back(&report);
    const std::vector<std::optional<Finished>> answers = end_attempts(context, pointers);
    std::vector<const UpdateTask*> accepted;
    std::vector<Update*> late;
    std::vector<EventRow> events;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (!answers[i]) {
            late.push_back(updates[i]);
            continue;
        }
        updates[i]->answer(true);
        events.push_back(report_event(context, updates[i]->request));
        if (!only_ends(updates[i]->request))
            accepted.push_back(&updates[i]->request);
    }
    if (!events.empty())
        context.tables.insert_events(events);
    write(context, std::move(accepted));
    if (late.empty())
        return;
    const Standings standings = standings_of(context, late);
    for (Update* update : late)
        update->fail(refusal(context, update->request, standings)
                         .value_or(Error{Errc::not_found, "the task has ended"}));
}

} // namespace

void run(WriteContext& context, Operations<UpdateTask> operations)
{
    std::vector<Update*> ends;
    std::vector<Update*> others;
    for (Update* update : operations)
        (update->request.end ? ends : others).push_back(update); // a lease judges an end by itself

    const Standings standings = others.empty() ? Standings{} : standings_of(context, others);
    std::vector<const UpdateTask*> accepted;
    std::map<TaskId, LeaseRow> paused;
    for (Update* update : others) {
        if (const auto error = refusal(context, update->request, standings)) {
            update->fail(*error);
            continue;
        }
        accepted.push_back(&update->request);
        update->answer(true);
        const auto lease = standings.leases.find(update->request.task);
        const bool stands = lease != standings.leases.end() && lease->second.paused_left;
        if (stands && *lease->second.paused_left > Micros{0})
            paused.insert(*lease);
    }
    restart_paused_clocks(context, std::move(paused));
    write(context, std::move(accepted));
    if (!ends.empty())
        write_ends(context, ends);
}

void run(WriteContext& context, Operations<AddCounts> operations)
{
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const auto add = [](std::int64_t& sum, std::int64_t more) {
        sum = sum > most - more ? most : sum + more;
    };
    std::map<TaskId, ServiceTables::Report> sums;
    for (const Operation<AddCounts>* operation : operations) {
        ServiceTables::Report& sum = sums[operation->request.task];
        sum.task = operation->request.task;
        sum.at = context.now;
        add(sum.success, operation->request.success);
        add(sum.failures, operation->request.failures);
    }
    std::vector<ServiceTables::Report> reports;
    for (auto& [task, sum] : sums)
        reports.push_back(std::move(sum));
    std::vector<TaskId> known = context.tables.service().report(reports);
    sort_unique(known);
    for (const TaskId task : known)
        context.touch(task);
    for (Operation<AddCounts>* operation : operations) {
        if (std::ranges::binary_search(known, operation->request.task))
            operation->answer(true);
        else
            operation->fail({Errc::not_found, "no such task"});
    }
}

} // namespace sluice
