// SPDX-License-Identifier: Apache-2.0
#include "store/gates.h"
#include "store/group_parts.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/rule_codec.h"
#include "store/sqlite/service_codec.h"
#include "store/sqlite/service_reads.h"
#include "store/sqlite/snapshot.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

namespace {

GroupPart read_part(Row& row)
{
    GroupPart part;
    row.into(part.state);
    row.into(part.tasks);
    part.success = read_sum(row);
    part.failures = read_sum(row);
    row.into(part.with_expected);
    part.expected = read_sum(row);
    row.into(part.created_at);
    row.into(part.updated_at);
    return part;
}

GateView::Holder read_holder(Row& row)
{
    GateView::Holder holder;
    row.into(holder.task);
    row.into(holder.run_created_at);
    return holder;
}

ServiceReads::GroupTask read_group_task(Row& row)
{
    ServiceReads::GroupTask task;
    row.into(task.task);
    row.into(task.run);
    return task;
}

} // namespace

std::vector<GateView> SqliteServiceReads::gates(TaskId task)
{
    const Snapshot snapshot(connection_, gate_);
    const std::string gates =
        find(connection_.prepared(sql::gates_of_task), read_value<std::string>, task).value_or("");
    std::vector<GateView> views;
    for (const Gate& gate : parse_gates(gates)) {
        const CounterKey& counter = gate.counter;
        GateView& view = views.emplace_back();
        view.maximum = gate.maximum;
        view.signature =
            find(connection_.prepared(sql::signature), read_signature, counter.signature)
                .value_or(SignatureRow{});
        view.total = find(
                         connection_.prepared(sql::counter_total), read_value<std::int64_t>,
                         counter.signature, counter.key
        )
                         .value_or(0);
        view.holders = collect(
            connection_.prepared(sql::group_holders), read_holder, counter.signature, counter.key
        );
    }
    return views;
}

std::optional<GroupView> SqliteServiceReads::group(const std::string& id)
{
    const Snapshot snapshot(connection_, gate_);
    const std::vector<GroupPart> parts =
        collect(connection_.prepared(sql::view_group), read_part, id);
    std::optional<GroupView> view = group_of(id, parts);
    if (view)
        view->kinds = collect(connection_.prepared(sql::group_kinds), read_value<std::string>, id);
    return view;
}

std::vector<std::string> SqliteServiceReads::group_ids(std::size_t skip, std::size_t limit)
{
    const Snapshot snapshot(connection_, gate_);
    return collect(connection_.prepared(sql::group_ids), read_value<std::string>, limit, skip);
}

std::vector<ServiceReads::GroupTask>
SqliteServiceReads::live_group_tasks(const std::string& id, TaskId after, std::size_t limit)
{
    const Snapshot snapshot(connection_, gate_);
    return collect(connection_.prepared(sql::live_group_tasks), read_group_task, id, after, limit);
}

} // namespace sluice::sqlite
