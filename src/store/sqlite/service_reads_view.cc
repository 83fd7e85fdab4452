// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/service_reads_view.h"

#include "model/standing.h"
#include "store/sqlite/codec.h"
#include "store/sqlite/service_codec.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

namespace {

template <class... Members>
void into(Row& row, Members&... members)
{
    (row.into(members), ...);
}

Place place_of(const TaskRow& task)
{
    Place place;
    place.task = task.id;
    place.run = task.run;
    place.queue = task.queue;
    place.nprio = task.nprio;
    return place;
}

// The columns of the statement view_tasks behind those of the card. Those of a row that does not
// exist are all NULL, which shows in one that it always has.
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

void add_progress(Row& row, TaskView& view)
{
    ProgressRow progress = read_progress(row);
    if (progress.task)
        view.progress = std::move(progress);
}

TaskState state_of(const Reads::Task& task, RunState run, bool is_held)
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

void read_view(Row& row, TaskView& view)
{
    Reads::Task& task = view.task;
    RunState run_state = RunState::active;
    bool is_held = false;
    task.row = read_task(row);
    view.card = read_card(row);
    into(row, run_state, view.run_created_at, task.worker_name, task.worker_host);
    add_progress(row, view);
    add_done(row, task);
    if (!task.done) {
        row.into(is_held);
        add_place(row, task);
        add_need(row, task);
        add_lease(row, task);
    }
    task.state = state_of(task, run_state, is_held);
}

} // namespace

// Ids that follow each other are read together: then each table is walked instead of searched.
std::vector<TaskView> load_views(Connection& connection, const std::vector<TaskId>& ids)
{
    std::vector<TaskView> views;
    views.reserve(ids.size());
    Prepared& select = connection.prepared(sql::view_tasks);
    for (std::size_t first = 0, last = 0; first < ids.size(); first = ++last) {
        while (last + 1 < ids.size() && ids[last + 1].value == ids[last].value + 1)
            ++last;
        select.rows([&](Row& row) { read_view(row, views.emplace_back()); }, ids[first], ids[last]);
    }
    return views;
}

} // namespace sluice::sqlite
