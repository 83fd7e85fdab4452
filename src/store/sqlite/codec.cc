// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/codec.h"

namespace sluice::sqlite {

RunRow read_run(Row& row)
{
    RunRow run;
    into(row, run.id, run.kind, run.state, run.ending, run.linked, run.staged, run.sweep);
    into(
        row, run.counts.total, run.counts.succeeded, run.counts.failed, run.counts.canceled,
        run.counts.skipped
    );
    into(row, run.task_first, run.task_last, run.created_at, run.finished_at, run.expires_at);
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
    into(
        row, task.id, task.run, task.queue, task.nprio, task.timeout, task.retry, task.name,
        task.payload
    );
    return task;
}

TaskRow read_whole_task(Row& row)
{
    TaskRow task = read_task(row);
    row.into(task.kind);
    row.into(task.parents);
    return task;
}

NeedRow read_need(Row& row)
{
    NeedRow need;
    into(
        row, need.task, need.run, need.queue, need.nprio, need.unfinished, need.attempt, need.run_at
    );
    return need;
}

NeedRow read_need_and_pause(Row& row)
{
    NeedRow need = read_need(row);
    row.into(need.paused);
    return need;
}

Tables::QueueMark read_mark(Row& row)
{
    Tables::QueueMark mark;
    into(row, mark.queue, mark.nprio, mark.task);
    return mark;
}

Place read_place(Row& row)
{
    Place place;
    into(
        row, place.task, place.run, place.queue, place.nprio, place.attempt, place.tries,
        place.rescues
    );
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
    into(
        row, lease.worker, lease.owner, lease.claimed_at, lease.started_at, lease.expires_at,
        lease.paused_left, lease.deferred_left
    );
    return lease;
}

DoneRow read_done(Row& row)
{
    DoneRow done;
    into(
        row, done.task, done.run, done.outcome, done.attempt, done.tries, done.worker,
        done.claimed_at, done.started_at, done.finished_at, done.result, done.error
    );
    return done;
}

AttemptRow read_attempt(Row& row)
{
    AttemptRow attempt;
    into(
        row, attempt.task, attempt.attempt, attempt.end, attempt.worker, attempt.claimed_at,
        attempt.started_at, attempt.finished_at, attempt.error
    );
    return attempt;
}

LinkRow read_link(Row& row)
{
    LinkRow link;
    into(row, link.parent, link.child, link.condition, link.unmet);
    return link;
}

EventRow read_event(Row& row)
{
    EventRow event;
    into(row, event.id, event.at, event.run, event.task, event.kind, event.actor, event.detail);
    into(row, event.object, event.object_id, event.run_created_at);
    return event;
}

QueueRow read_queue(Row& row)
{
    QueueRow queue;
    into(row, queue.id, queue.name, queue.run, queue.open, queue.ruled);
    return queue;
}

WorkerRow read_worker(Row& row)
{
    WorkerRow worker;
    into(
        row, worker.id, worker.name, worker.host, worker.process, worker.attached,
        worker.registered_at, worker.until, worker.serves, worker.load, worker.address
    );
    return worker;
}

OutputRow read_output(Row& row)
{
    OutputRow output;
    into(
        row, output.run, output.path, output.task, output.attempt, output.state, output.created_at,
        output.updated_at
    );
    return output;
}

KeyRow read_key(Row& row)
{
    KeyRow key;
    into(row, key.id, key.name, key.hash, key.role, key.created_at, key.revoked_at);
    return key;
}

} // namespace sluice::sqlite
