// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/ending.h"

#include "store/definition_tables.h"
#include "store/use_cases/dead_ends.h"
#include "store/use_cases/last_update.h"
#include "store/use_cases/outside.h"
#include "store/use_cases/propagation.h"
#include "store/use_cases/upload_leave.h"

#include <algorithm>
#include <map>
#include <memory>

namespace sluice {

Ended ended(const LeaseRow& lease, TaskState outcome)
{
    Ended task = ended(lease.place, state_of(lease), outcome);
    task.worker = lease.worker;
    task.claimed_at = lease.claimed_at;
    task.started_at = lease.started_at;
    task.tells_target = outcome == TaskState::canceled;
    return task;
}

Ended ended(const Place& place, TaskState from, TaskState outcome)
{
    Ended task;
    task.from = from;
    task.task = place.task;
    task.run = place.run;
    task.queue = place.queue;
    task.outcome = outcome;
    task.attempt = place.attempt;
    task.tries = place.tries;
    return task;
}

Ended ended(const NeedRow& need, TaskState outcome)
{
    Ended task;
    task.task = need.task;
    task.run = need.run;
    task.from = need.paused ? TaskState::paused : TaskState::waiting;
    task.queue = need.queue;
    task.attempt = need.attempt;
    task.outcome = outcome;
    return task;
}

namespace {

DoneRow done_row(Ended task, Time now)
{
    DoneRow row;
    row.task = task.task;
    row.run = task.run;
    row.outcome = task.outcome;
    row.attempt = task.attempt;
    row.tries = task.tries;
    row.worker = task.worker;
    row.claimed_at = task.claimed_at;
    row.started_at = task.started_at;
    row.finished_at = now;
    row.result = std::move(task.result);
    row.error = std::move(task.error);
    return row;
}

// Whoever works at the attempt learns that it can stop.
void tell_target(WriteContext& context, const LeaseRow& lease)
{
    const Place& place = lease.place;
    if (context.runs.at(place.run).kind == RunKind::batch)
        context.debts.push_back({place.task, place.run, place.attempt, {}, true, std::nullopt});
}

// Only the task service has webhooks.
void owe_webhooks(WriteContext& context, const std::vector<Ended>& tasks)
{
    for (const Ended& task : tasks) {
        if (context.runs.at(task.run).kind != RunKind::batch)
            continue;
        // Without a start: as of the attempt that would have come.
        const int attempt = task.claimed_at ? task.attempt : task.attempt + 1;
        Debt debt{task.task, task.run, attempt, {}, task.tells_target, std::nullopt};
        if (task.started_at)
            debt.ran = context.now - *task.started_at;
        else if (task.claimed_at && !task.never_began) { // ended before its target had accepted
            debt.ran = context.now - *task.claimed_at;
            debt.waited = *task.claimed_at - context.runs.at(task.run).created_at;
        }
        if (task.outcome == TaskState::succeeded)
            debt.end = Trigger::success;
        else if (task.outcome == TaskState::failed)
            debt.end = Trigger::failure;
        if (debt.end || debt.tells_target)
            context.debts.push_back(debt);
    }
}

// What is final uses no stored rule any more.
void delete_uses_of(WriteContext& context, const std::vector<Ended>& tasks)
{
    std::vector<TaskId> ruled;
    for (const Ended& task : tasks)
        if (context.runs.at(task.run).kind == RunKind::batch &&
            context.board.may_be_ruled(task.queue))
            ruled.push_back(task.task);
    if (!ruled.empty())
        context.tables.definitions().delete_uses(ruled);
}

// Jobs only: the other surfaces have no egress.
void doom_outputs_of(WriteContext& context, const std::vector<Ended>& tasks)
{
    std::map<RunId, std::vector<TaskId>> by_run;
    for (const Ended& task : tasks)
        if (task.outcome != TaskState::succeeded && task.attempt > 0)
            by_run[task.run].push_back(task.task);
    for (auto& [run, ids] : by_run)
        doom_outputs(context, run, std::move(ids));
}

} // namespace

namespace {

// Children in other runs hear of it at the end of the group, or later.
void tell_outside(WriteContext& context, const std::vector<Ended>& tasks)
{
    std::map<RunId, std::vector<Parent>> by_run;
    for (const Ended& task : tasks) {
        const RunRow& run = context.runs.at(task.run);
        if (run.leads_outside)
            by_run[run.id].push_back({task.task, run.id, task.outcome, run.created_at});
    }
    for (const auto& [run, parents] : by_run)
        tell_outside(context, context.runs.at(run), parents);
}

// Whoever runs a whole workflow need not read what it has written.
void tell_ends(WriteContext& context, std::vector<DoneRow> rows)
{
    for (DoneRow& row : rows)
        if (context.runs.at(row.run).kind == RunKind::execution)
            context.changes.ends.push_back(std::make_shared<const DoneRow>(std::move(row)));
}

// Writes the ends of one level, and gives those of the next: children that fail or are skipped.
std::vector<Ended> end_level(WriteContext& context, std::vector<Ended> tasks)
{
    std::sort(tasks.begin(), tasks.end(), [](const Ended& a, const Ended& b) {
        return a.task < b.task;
    });
    std::vector<Parent> parents;
    for (const Ended& task : tasks) {
        RunRow& run = context.runs.at(task.run);
        count(run.counts, task.outcome);
        context.runs.changed(run.id);
        if (run.linked)
            parents.push_back({task.task, task.run, task.outcome, run.created_at});
    }
    tell_outside(context, tasks);
    doom_outputs_of(context, tasks);
    owe_webhooks(context, tasks);
    delete_uses_of(context, tasks);
    std::vector<DoneRow> rows;
    rows.reserve(tasks.size());
    for (Ended& task : tasks) {
        context.moved(task.task, task.run, task.from, task.outcome);
        rows.push_back(done_row(std::move(task), context.now));
    }
    context.tables.insert_done(rows);
    if (context.tells_ends)
        tell_ends(context, std::move(rows));
    return parents.empty() ? std::vector<Ended>{} : settle_children(context, parents);
}

} // namespace

void end_tasks(WriteContext& context, std::vector<Ended> tasks)
{
    while (!tasks.empty()) {
        std::vector<Ended> unstarted; // what their ends leave behind, see take_dead_ends()
        while (!tasks.empty()) {
            for (const Ended& task : tasks)
                if (may_leave_dead_ends(context, task))
                    unstarted.push_back(task);
            tasks = end_level(context, std::move(tasks));
        }
        if (!unstarted.empty())
            tasks = take_dead_ends(context, unstarted);
    }
}

Place given_back(const LeaseRow& lease)
{
    Place place = lease.place;
    place.run_at.reset();
    return place;
}

bool keeps_attempt(WriteContext& context, const LeaseRow& lease)
{
    return !lease.started_at && context.runs.at(lease.place.run).kind == RunKind::batch;
}

AttemptRow attempt_row(const LeaseRow& lease, AttemptEnd end, Time now, std::string error)
{
    return {lease.place.task, lease.place.attempt, end, lease.worker,
            lease.claimed_at, lease.started_at,    now, std::move(error)};
}

void doom_outputs(WriteContext& context, RunId run, std::vector<TaskId> tasks)
{
    if (context.runs.at(run).kind != RunKind::job)
        return;
    sort_unique(tasks);
    std::vector<OutputRow> rows = context.tables.outputs_of(run, tasks);
    std::erase_if(rows, [](const OutputRow& row) { return row.state == OutputState::doomed; });
    if (rows.empty())
        return;
    for (OutputRow& row : rows) {
        row.state = OutputState::doomed;
        row.updated_at = context.now;
    }
    wait_for_leave(context, rows);
    context.tables.update_outputs(rows);
    context.changes.doomed_outputs = true;
}

namespace {

void note_attempt(WriteContext& context, const LeaseRow& lease, bool is_timeout, bool again)
{
    if (context.runs.at(lease.place.run).kind != RunKind::batch)
        return;
    context.tally.timed_out += is_timeout;
    context.tally.tried_again += again;
    context.tally.tries_used_up += !again && lease.place.tries > 1;
}

std::optional<Time>
next_try_of(WriteContext& context, const FailedAttempt& attempt, const Retry& retry)
{
    const Failure failure{attempt.kind, attempt.error, attempt.is_transient};
    const int tries = attempt.lease.place.tries;
    if (!attempt.retry_after)
        return next_try(tries, failure, retry, context.now, context.random);
    if (!may_retry(tries, failure, retry))
        return std::nullopt;
    return context.now + std::max(*attempt.retry_after, Micros{0});
}

// When each is tried again; nothing: that was the last time. Counts the tries.
std::vector<std::optional<Time>>
next_tries(WriteContext& context, std::vector<FailedAttempt>& attempts)
{
    std::vector<TaskId> ids;
    for (const FailedAttempt& attempt : attempts)
        ids.push_back(attempt.lease.place.task);
    sort_unique(ids);
    std::map<TaskId, Retry> policies;
    for (const TaskRow& row : context.tables.tasks(ids))
        if (const Result<Retry> retry = parse_retry(row.retry))
            policies[row.id] = *retry;

    std::vector<std::optional<Time>> next;
    std::vector<TaskId> again; // of the service
    for (FailedAttempt& attempt : attempts) {
        Place& place = attempt.lease.place;
        ++place.tries;
        next.push_back(next_try_of(context, attempt, policies[place.task]));
        if (next.back() && context.runs.at(place.run).kind == RunKind::batch)
            again.push_back(place.task);
    }
    // Not before the time that a user has set meanwhile.
    const std::map<TaskId, Time> later = scheduled_later(context, std::move(again));
    for (std::size_t i = 0; i < attempts.size(); ++i)
        if (const auto time = later.find(attempts[i].lease.place.task);
            next[i] && time != later.end())
            next[i] = std::max(*next[i], time->second);
    return next;
}

} // namespace

std::vector<std::optional<Time>>
fail_attempts(WriteContext& context, std::vector<FailedAttempt> attempts)
{
    std::vector<std::optional<Time>> next = next_tries(context, attempts);
    std::vector<Ended> final;
    std::vector<AttemptRow> log;
    std::vector<Place> again;
    std::vector<Place> held; // of paused attempts: they wait for their resume
    for (std::size_t i = 0; i < attempts.size(); ++i) {
        FailedAttempt& attempt = attempts[i];
        LeaseRow& lease = attempt.lease;
        const std::optional<Time> run_at = next[i];
        const bool is_timeout = attempt.kind == FailureKind::timeout;
        note_attempt(context, lease, is_timeout, run_at.has_value());
        if (run_at) {
            context.moved(
                lease.place.task, lease.place.run, state_of(lease),
                lease.paused_left ? TaskState::paused : TaskState::pending
            );
            const auto end = is_timeout ? AttemptEnd::timed_out : AttemptEnd::failed;
            log.push_back(attempt_row(lease, end, context.now, std::move(attempt.error)));
            std::vector<Place>& places = lease.paused_left ? held : again;
            places.push_back(given_back(lease));
            places.back().run_at = run_at;
            doom_outputs(context, lease.place.run, {lease.place.task});
            if (is_timeout)
                tell_target(context, lease);
        } else {
            final.push_back(ended(lease, TaskState::failed));
            final.back().error = std::move(attempt.error);
            final.back().tells_target = is_timeout;
            final.back().never_began = attempt.kind == FailureKind::start;
            final.back().result = std::move(attempt.result);
        }
    }
    if (!log.empty())
        context.tables.insert_attempts(log);
    if (!held.empty())
        context.tables.insert_held(held);
    note_attempts_over(context, held);
    note_attempts_over(context, again);
    context.make_pending(std::move(again), TaskState::pending);
    end_tasks(context, std::move(final));
    return next;
}

} // namespace sluice
