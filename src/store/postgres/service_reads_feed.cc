// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/codec.h"
#include "store/postgres/service_reads.h"
#include "store/postgres/tables.h"

#include "store/postgres_sql.h"

#include <functional>

namespace sluice::postgres {

namespace {

ChangeRow read_change(Row& row)
{
    ChangeRow change;
    std::string moves;
    row.into(change.id, change.at, moves);
    change.moves = parse_moves(moves);
    return change;
}

TaskLabel read_label(Row& row)
{
    TaskLabel label;
    row.into(label.task, label.run, label.run_created_at, label.kind, label.name);
    return label;
}

OutsideParent read_outside_parent(Row& row)
{
    OutsideParent parent;
    row.into(parent.task, parent.run_created_at);
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
    row.into(ended.parents, ended.ended, ended.last_at);
    return ended;
}

struct Count {
    TaskState state = TaskState::waiting;
    std::string kind;
    std::int64_t tasks = 0;
};

Count read_state_count(Row& row)
{
    Count count;
    row.into(count.state, count.tasks);
    return count;
}

Count read_kind_count(Row& row)
{
    Count count;
    row.into(count.kind, count.tasks);
    return count;
}

} // namespace

std::int64_t PostgresServiceReads::newest_change()
{
    return connection_.query(sql::newest_change).value<std::int64_t>().value_or(0);
}

bool PostgresServiceReads::has_change(std::int64_t id)
{
    Params params;
    params.add(id);
    return connection_.query(sql::has_change, params).size() > 0;
}

std::vector<ChangeRow> PostgresServiceReads::changes(std::int64_t after, std::size_t limit)
{
    Params params;
    params.add(after).add(limit_of(limit));
    return connection_.query(sql::changes, params).all(read_change);
}

std::vector<TaskLabel> PostgresServiceReads::labels(std::span<const TaskId> tasks)
{
    Params params;
    params.array(tasks, std::identity());
    return connection_.query(sql::task_labels, params).all(read_label);
}

std::vector<OutsideParent> PostgresServiceReads::outside_parents(TaskId child)
{
    Params params;
    params.add(child);
    return connection_.query(sql::outside_parents, params).all(read_outside_parent);
}

std::vector<OutsideLinkView>
PostgresServiceReads::outside_links(RunId run, const LinkRow& after, std::size_t limit)
{
    Params params;
    params.add(run).add(after.child).add(after.parent).add(limit_of(limit));
    return connection_.query(sql::outside_links_of_run, params).all(read_outside_link);
}

ParentsEnded PostgresServiceReads::parents_ended(const RunRow& run, TaskId child)
{
    Params params;
    params.add(run.task_first).add(run.task_last).add(child);
    return connection_.query(sql::parents_ended, params).first(read_parents_ended).value();
}

TaskFigures PostgresServiceReads::figures()
{
    TaskFigures figures;
    for (const Count& count : connection_.query(sql::live_figures).all(read_state_count))
        figures.by_state.at(static_cast<std::size_t>(count.state)) = count.tasks;
    const auto sums =
        connection_.query(sql::final_figures).first<std::array<std::int64_t, 4>>([](Row& row) {
            std::array<std::int64_t, 4> read{};
            row.into(read[0], read[1], read[2], read[3]);
            return read;
        });
    for (std::size_t i = 0; sums && i < sums->size(); ++i)
        figures.by_state.at(static_cast<std::size_t>(TaskState::succeeded) + i) = (*sums)[i];
    for (Count& count : connection_.query(sql::running_by_kind).all(read_kind_count))
        figures.running_by_kind.emplace_back(std::move(count.kind), count.tasks);
    figures.deliveries_pending =
        connection_.query(sql::deliveries_pending).value<std::int64_t>().value_or(0);
    return figures;
}

} // namespace sluice::postgres
