// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/service_reads_view.h"

#include "store/sqlite/codec.h"
#include "store/sqlite/joined_task.h"
#include "store/sqlite/service_codec.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

namespace {

void add_progress(Row& row, TaskView& view)
{
    ProgressRow progress = read_progress(row);
    if (progress.task)
        view.progress = std::move(progress);
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
    task.state = joined_state(task, run_state, is_held);
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
