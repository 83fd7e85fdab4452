// SPDX-License-Identifier: Apache-2.0
#include "model/standing.h"
#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/reads.h"
#include "store/sqlite/snapshot.h"

#include "store/sqlite_sql.h"

#include <algorithm>

namespace sluice::sqlite {

namespace {

// How many ids of a run one snapshot looks through: some milliseconds.
constexpr std::int64_t window_ids = 10'000;

struct RunSpan {
    RunId id;
    RunState state = RunState::active;
    TaskId first;
    TaskId last;
};

RunSpan read_span(Row& row)
{
    RunSpan span;
    row.into(span.state);
    row.into(span.first);
    row.into(span.last);
    return span;
}

std::optional<RunSpan> find_span(Connection& connection, RunId run)
{
    std::optional<RunSpan> span = find(connection.prepared(sql::read_run_span), read_span, run);
    if (span)
        span->id = run;
    return span;
}

// What a lease is shown as, in the words of the statement lease_ids.
enum class Shown : std::uint8_t { claimed, running, paused };

// Gathers the ids of tasks by where their rows stand, within one window of ids.
class IdSearch {
public:
    IdSearch(Connection& connection, const RunSpan& run, std::size_t limit)
        : connection_(connection), run_(run), limit_(limit)
    {}

    // The ids above `after` up to `last`, sorted; at least the first `limit` of them.
    std::vector<TaskId> find(const std::vector<TaskState>& states, TaskId after, TaskId last)
    {
        ids_.clear();
        after_ = after;
        last_ = last;
        if (states.empty())
            add(sql::task_ids);
        for (const TaskState state : states)
            if (is_final(state) || !is_final(run_.state))
                add_state(state);
        std::ranges::sort(ids_);
        ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
        return std::move(ids_);
    }

private:
    void add_state(TaskState state)
    {
        if (is_final(state)) {
            add(sql::done_ids, state);
            if (state == TaskState::canceled && is_final(run_.state))
                add_live();
        } else if (state == TaskState::waiting) {
            add(sql::waiting_ids);
        } else if (state == TaskState::pending) {
            add(sql::ready_ids);
            add(sql::timer_ids);
        } else if (state == TaskState::claimed) {
            add(sql::lease_ids, Shown::claimed);
        } else if (state == TaskState::running) {
            add(sql::lease_ids, Shown::running);
        } else {
            add(sql::held_ids);
            add(sql::lease_ids, Shown::paused);
        }
    }

    void add_live()
    {
        for (const TaskState state : all_task_states)
            if (!is_final(state))
                add_state(state);
    }

    template <class... More>
    void add(const Statement& statement, const More&... more)
    {
        collect_into(
            ids_, connection_.prepared(statement), read_value<TaskId>, after_, run_.first, last_,
            run_.id, more..., limit_
        );
    }

    Connection& connection_;
    const RunSpan& run_;
    std::size_t limit_;
    TaskId after_;
    TaskId last_;
    std::vector<TaskId> ids_;
};

// The place in ready or timer; a held task's is read where it is looked for.
std::optional<Place> find_place(Connection& connection, const TaskRow& task)
{
    Prepared& ready = connection.prepared(sql::read_ready);
    if (auto place = find(ready, read_place, task.queue, task.nprio, task.id))
        return place;
    return find(connection.prepared(sql::read_timer), read_place_with_time, task.id);
}

void add_worker(Connection& connection, Reads::Task& task)
{
    WorkerId id = task.done ? task.done->worker : WorkerId{};
    if (task.lease)
        id = task.lease->worker;
    if (!id)
        return;
    if (auto worker = find(connection.prepared(sql::read_worker), read_worker, id)) {
        task.worker_name = worker->name;
        task.worker_host = worker->host;
    }
}

// One task of a run that is known; the snapshot is the caller's.
Reads::Task load(Connection& connection, TaskRow row, RunState run_state)
{
    Reads::Task task;
    task.row = std::move(row);
    const TaskId id = task.row.id;
    Standing standing{.run_is_final = is_final(run_state)};
    task.done = find(connection.prepared(sql::done), read_done, id);
    if (task.done) {
        standing.outcome = task.done->outcome;
    } else {
        task.need = find(connection.prepared(sql::need), read_need, id);
        task.lease = find(connection.prepared(sql::lease), read_lease, id);
        task.place = find(connection.prepared(sql::held), read_place_with_time, id);
        standing.is_held = task.place.has_value();
        if (!task.need && !task.lease && !task.place)
            task.place = find_place(connection, task.row);
        standing.has_unfinished_parents = task.need.has_value();
    }
    if (task.lease) {
        standing.has_lease = true;
        standing.has_started = task.lease->started_at.has_value();
        standing.has_paused_lease = task.lease->paused_left.has_value();
    }
    task.state = standing_state(standing);
    add_worker(connection, task);
    return task;
}

} // namespace

std::optional<Reads::Task> SqliteReads::task(TaskId id)
{
    const Snapshot snapshot(connection_, gate_);
    std::optional<TaskRow> row = find(connection_.prepared(sql::task), read_whole_task, id);
    if (!row)
        return std::nullopt;
    const std::optional<RunSpan> run = find_span(connection_, row->run);
    if (!run)
        return std::nullopt;
    return load(connection_, std::move(*row), run->state);
}

std::vector<Reads::Task> SqliteReads::tasks(const TaskFilter& filter)
{
    std::vector<Task> tasks;
    TaskId after = filter.after;
    for (;;) {
        const Snapshot snapshot(connection_, gate_);
        const std::optional<RunSpan> run = find_span(connection_, filter.run);
        if (!run)
            return tasks;
        after = std::max(after, TaskId{run->first.value - 1});
        const TaskId last = std::min(run->last, TaskId{after.value + window_ids});
        IdSearch search(connection_, *run, filter.limit - tasks.size());
        for (const TaskId id : search.find(filter.states, after, last)) {
            if (tasks.size() == filter.limit)
                return tasks;
            auto row = find(connection_.prepared(sql::task), read_whole_task, id);
            if (row)
                tasks.push_back(load(connection_, std::move(*row), run->state));
        }
        if (last >= run->last || tasks.size() == filter.limit)
            return tasks;
        after = last;
    }
}

std::vector<AttemptRow> SqliteReads::attempts(TaskId id)
{
    const Snapshot snapshot(connection_, gate_);
    return collect(connection_.prepared(sql::read_attempts), read_attempt, id);
}

std::vector<EventRow> SqliteReads::events(RunId run, TaskId task)
{
    const Snapshot snapshot(connection_, gate_);
    if (!task)
        return collect(connection_.prepared(sql::read_events_of_run), read_event, run);
    return collect(connection_.prepared(sql::read_events), read_event, run, task);
}

std::vector<OutputRow> SqliteReads::outputs(RunId run, TaskId task)
{
    const Snapshot snapshot(connection_, gate_);
    if (task)
        return collect(connection_.prepared(sql::outputs_of_task), read_output, run, task);
    return collect(connection_.prepared(sql::read_outputs_of_run), read_output, run);
}

std::vector<LinkRow> SqliteReads::parents(const RunRow& run, TaskId child)
{
    const Snapshot snapshot(connection_, gate_);
    return collect(
        connection_.prepared(sql::links_to), read_link, run.task_first, run.task_last, child
    );
}

std::int64_t SqliteReads::retrying(const RunRow& run)
{
    const Snapshot snapshot(connection_, gate_);
    return find(
               connection_.prepared(sql::count_retrying), read_value<std::int64_t>, run.task_first,
               run.task_last, run.id
    )
        .value_or(0);
}

std::int64_t SqliteReads::ready_before(const Place& place, std::int64_t limit)
{
    const Snapshot snapshot(connection_, gate_);
    Prepared& count = connection_.prepared(sql::ready_before);
    return find(count, read_value<std::int64_t>, place.queue, place.nprio, place.task, limit)
        .value_or(0);
}

} // namespace sluice::sqlite
