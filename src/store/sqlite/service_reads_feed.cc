// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/service_reads.h"
#include "store/sqlite/snapshot.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

namespace {

ChangeRow read_change(Row& row)
{
    ChangeRow change;
    row.into(change.id);
    row.into(change.at);
    change.moves = parse_moves(row.get<std::string>());
    return change;
}

TaskLabel read_label(Row& row)
{
    TaskLabel label;
    row.into(label.task);
    row.into(label.run);
    row.into(label.run_created_at);
    row.into(label.kind);
    row.into(label.name);
    return label;
}

OutsideParent read_outside_parent(Row& row)
{
    OutsideParent parent;
    row.into(parent.task);
    row.into(parent.run_created_at);
    return parent;
}

OutsideLinkView read_outside_link(Row& row)
{
    OutsideLinkView view;
    view.link = read_link(row);
    row.into(view.parent_created_at);
    return view;
}

ParentsEnded read_parents_ended(Row& row)
{
    ParentsEnded ended;
    row.into(ended.parents);
    row.into(ended.ended);
    row.into(ended.last_at);
    return ended;
}

} // namespace

std::int64_t SqliteServiceReads::newest_change()
{
    const Snapshot snapshot(connection_, gate_);
    return find(connection_.prepared(sql::newest_change), read_value<std::int64_t>).value_or(0);
}

bool SqliteServiceReads::has_change(std::int64_t id)
{
    const Snapshot snapshot(connection_, gate_);
    return find(connection_.prepared(sql::has_change), read_value<std::int64_t>, id).has_value();
}

std::vector<ChangeRow> SqliteServiceReads::changes(std::int64_t after, std::size_t limit)
{
    const Snapshot snapshot(connection_, gate_);
    return collect(connection_.prepared(sql::changes), read_change, after, limit);
}

std::vector<TaskLabel> SqliteServiceReads::labels(std::span<const TaskId> tasks)
{
    const Snapshot snapshot(connection_, gate_);
    std::vector<TaskLabel> labels;
    Prepared& select = connection_.prepared(sql::task_label);
    for (const TaskId task : tasks)
        collect_into(labels, select, read_label, task);
    return labels;
}

std::vector<OutsideParent> SqliteServiceReads::outside_parents(TaskId child)
{
    const Snapshot snapshot(connection_, gate_);
    return collect(connection_.prepared(sql::outside_parents), read_outside_parent, child);
}

std::vector<OutsideLinkView>
SqliteServiceReads::outside_links(RunId run, const LinkRow& after, std::size_t limit)
{
    const Snapshot snapshot(connection_, gate_);
    Prepared& select = connection_.prepared(sql::outside_links_of_run);
    return collect(select, read_outside_link, run, after.child, after.parent, limit);
}

ParentsEnded SqliteServiceReads::parents_ended(const RunRow& run, TaskId child)
{
    const Snapshot snapshot(connection_, gate_);
    Prepared& select = connection_.prepared(sql::parents_ended);
    return find(select, read_parents_ended, run.task_first, run.task_last, child).value();
}

TaskFigures SqliteServiceReads::figures()
{
    const Snapshot snapshot(connection_, gate_);
    TaskFigures figures;
    connection_.prepared(sql::live_figures).rows([&](Row& row) {
        const auto state = row.get<std::size_t>();
        figures.by_state.at(state) = row.get<std::int64_t>();
    });
    connection_.prepared(sql::final_figures).rows([&](Row& row) {
        for (const TaskState state :
             {TaskState::succeeded, TaskState::failed, TaskState::canceled, TaskState::skipped})
            row.into(figures.by_state.at(static_cast<std::size_t>(state)));
    });
    connection_.prepared(sql::running_by_kind).rows([&](Row& row) {
        auto kind = row.get<std::string>();
        figures.running_by_kind.emplace_back(std::move(kind), row.get<std::int64_t>());
    });
    figures.deliveries_pending =
        find(connection_.prepared(sql::deliveries_pending), read_value<std::int64_t>).value_or(0);
    return figures;
}

} // namespace sluice::sqlite
