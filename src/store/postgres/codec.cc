// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/codec.h"

namespace sluice::postgres {

RunRow read_run(Row& row)
{
    RunRow run;
    row.into(run.id, run.kind, run.state, run.ending, run.linked, run.staged, run.sweep);
    row.into(run.counts.total, run.counts.succeeded, run.counts.failed);
    row.into(run.counts.canceled, run.counts.skipped);
    row.into(run.task_first, run.task_last, run.created_at, run.finished_at, run.expires_at);
    return run;
}

RunRow read_locked_run(Row& row)
{
    RunRow run = read_run(row);
    row.into(run.leads_outside);
    return run;
}

TaskRow read_task(Row& row)
{
    TaskRow task;
    row.into(task.id, task.run, task.queue, task.nprio);
    row.into(task.timeout, task.retry, task.name, task.payload);
    return task;
}

TaskRow read_whole_task(Row& row)
{
    TaskRow task = read_task(row);
    row.into(task.kind, task.parents);
    return task;
}

NeedRow read_need(Row& row)
{
    NeedRow need;
    row.into(need.task, need.run, need.queue, need.nprio, need.unfinished);
    row.into(need.attempt, need.run_at);
    return need;
}

NeedRow read_need_with_pause(Row& row)
{
    NeedRow need = read_need(row);
    row.into(need.paused);
    return need;
}

Place read_place(Row& row)
{
    Place place;
    row.into(place.task, place.run, place.queue, place.nprio);
    row.into(place.attempt, place.tries, place.rescues);
    return place;
}

Place read_place_with_time(Row& row)
{
    Place place = read_place(row);
    row.into(place.run_at);
    return place;
}

LeaseRow read_lease(Row& row)
{
    LeaseRow lease;
    lease.place = read_place(row);
    row.into(lease.worker, lease.owner, lease.claimed_at, lease.started_at);
    row.into(lease.expires_at, lease.paused_left, lease.deferred_left);
    return lease;
}

DoneRow read_done(Row& row)
{
    DoneRow done;
    row.into(done.task, done.run, done.outcome, done.attempt, done.tries, done.worker);
    row.into(done.claimed_at, done.started_at, done.finished_at, done.result, done.error);
    return done;
}

AttemptRow read_attempt(Row& row)
{
    AttemptRow attempt;
    row.into(attempt.task, attempt.attempt, attempt.end, attempt.worker);
    row.into(attempt.claimed_at, attempt.started_at, attempt.finished_at, attempt.error);
    return attempt;
}

LinkRow read_link(Row& row)
{
    LinkRow link;
    row.into(link.parent, link.child, link.condition, link.unmet);
    return link;
}

EventRow read_event(Row& row)
{
    EventRow event;
    row.into(event.id, event.at, event.run, event.task, event.kind, event.actor, event.detail);
    row.into(event.object, event.object_id, event.run_created_at);
    return event;
}

QueueRow read_queue(Row& row)
{
    QueueRow queue;
    row.into(queue.id, queue.name, queue.run, queue.open, queue.ruled);
    return queue;
}

WorkerRow read_worker(Row& row)
{
    WorkerRow worker;
    row.into(worker.id, worker.name, worker.host, worker.process);
    row.into(worker.attached, worker.registered_at, worker.until, worker.serves, worker.load);
    row.into(worker.address);
    return worker;
}

OutputRow read_output(Row& row)
{
    OutputRow output;
    row.into(output.run, output.path, output.task, output.attempt, output.state);
    row.into(output.created_at, output.updated_at);
    return output;
}

KeyRow read_key(Row& row)
{
    KeyRow key;
    row.into(key.id, key.name, key.hash, key.role, key.created_at, key.revoked_at);
    return key;
}

Tables::LeaseKey read_lease_key(Row& row)
{
    Tables::LeaseKey key;
    row.into(key.task, key.attempt, key.worker);
    return key;
}

Tables::QueueMark read_mark(Row& row)
{
    Tables::QueueMark mark;
    row.into(mark.queue, mark.nprio, mark.task);
    return mark;
}

Reads::Run read_run_with_detail(Row& row)
{
    Reads::Run run;
    run.row = read_run(row);
    run.detail.run = run.row.id;
    row.into(run.detail.name, run.detail.spec, run.detail.actor, run.detail.origin);
    row.into(run.detail.error, run.leased, run.held);
    return run;
}

namespace {

Place place_of(const TaskRow& task)
{
    Place place;
    place.task = task.id;
    place.run = task.run;
    place.queue = task.queue;
    place.nprio = task.nprio;
    return place;
}

// The columns of the view task_now behind those of `task`: those of a row that does not exist are
// all NULL, which shows in one that it always has.
void read_place_now(Row& row, Reads::Task& task)
{
    std::optional<TaskId> standing;
    Place place = place_of(task.row);
    row.into(standing, place.attempt, place.tries, place.rescues, place.run_at);
    if (standing)
        task.place = place;
}

void read_need_now(Row& row, Reads::Task& task)
{
    std::optional<int> unfinished;
    NeedRow need;
    need.task = task.row.id;
    need.run = task.row.run;
    need.queue = task.row.queue;
    need.nprio = task.row.nprio;
    row.into(unfinished, need.attempt, need.run_at);
    if (!unfinished)
        return;
    need.unfinished = *unfinished;
    need.paused = task.place.has_value();
    task.need = need;
}

void read_lease_now(Row& row, Reads::Task& task)
{
    std::optional<int> attempt;
    LeaseRow lease;
    lease.place = place_of(task.row);
    row.into(attempt, lease.place.tries, lease.place.rescues, lease.worker, lease.owner);
    row.into(lease.claimed_at, lease.started_at, lease.expires_at, lease.paused_left);
    if (!attempt)
        return;
    lease.place.attempt = *attempt;
    task.lease = lease;
}

void read_done_now(Row& row, Reads::Task& task)
{
    std::optional<TaskState> outcome;
    DoneRow done;
    done.task = task.row.id;
    done.run = task.row.run;
    row.into(outcome, done.attempt, done.tries, done.worker, done.claimed_at, done.started_at);
    row.into(done.finished_at, done.result, done.error);
    if (!outcome)
        return;
    done.outcome = *outcome;
    task.done = std::move(done);
}

} // namespace

Reads::Task read_task_now(Row& row)
{
    Reads::Task task;
    task.row = read_task(row);
    row.into(task.state);
    read_place_now(row, task);
    read_need_now(row, task);
    read_lease_now(row, task);
    read_done_now(row, task);
    row.into(task.worker_name, task.worker_host);
    return task;
}

Reads::Task read_whole_task_now(Row& row)
{
    Reads::Task task = read_task_now(row);
    std::optional<Micros> deferred_left;
    row.into(task.row.parents, deferred_left);
    if (task.lease)
        task.lease->deferred_left = deferred_left;
    return task;
}

} // namespace sluice::postgres
