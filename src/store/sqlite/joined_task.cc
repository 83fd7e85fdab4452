// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/joined_task.h"

#include "model/standing.h"

namespace sluice::sqlite {

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

} // namespace

void add_done(Row& row, Reads::Task& task)
{
    std::optional<TaskState> outcome;
    DoneRow done;
    done.task = task.row.id;
    done.run = task.row.run;
    into(row, outcome, done.attempt, done.tries, done.worker, done.claimed_at, done.started_at);
    into(row, done.finished_at, done.result, done.error);
    if (!outcome)
        return;
    done.outcome = *outcome;
    task.done = std::move(done);
}

void add_place(Row& row, Reads::Task& task)
{
    std::optional<int> attempt;
    Place place = place_of(task.row);
    into(row, attempt, place.tries, place.rescues, place.run_at);
    if (!attempt)
        return;
    place.attempt = *attempt;
    task.place = place;
}

void add_need(Row& row, Reads::Task& task)
{
    std::optional<int> unfinished;
    NeedRow need;
    need.task = task.row.id;
    need.run = task.row.run;
    need.queue = task.row.queue;
    need.nprio = task.row.nprio;
    into(row, unfinished, need.attempt, need.run_at);
    if (!unfinished)
        return;
    need.unfinished = *unfinished;
    task.need = need;
}

void add_lease(Row& row, Reads::Task& task)
{
    std::optional<int> attempt;
    LeaseRow lease;
    lease.place = place_of(task.row);
    into(row, attempt, lease.place.tries, lease.place.rescues, lease.worker, lease.owner);
    into(row, lease.claimed_at, lease.started_at, lease.expires_at, lease.paused_left);
    if (!attempt)
        return;
    lease.place.attempt = *attempt;
    task.lease = lease;
}

TaskState joined_state(const Reads::Task& task, RunState run, bool is_held)
{
    Standing standing;
    if (task.done)
        standing.outcome = task.done->outcome;
    standing.run_is_final = is_final(run);
    standing.has_lease = task.lease.has_value();
    standing.has_started = task.lease && task.lease->started_at;
    standing.has_paused_lease = task.lease && task.lease->paused_left;
    standing.is_held = is_held;
    standing.has_unfinished_parents = task.need.has_value();
    return standing_state(standing);
}

} // namespace sluice::sqlite
