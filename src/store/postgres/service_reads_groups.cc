// SPDX-License-Identifier: Apache-2.0
#include "store/gates.h"
#include "store/group_parts.h"
#include "store/postgres/rule_codec.h"
#include "store/postgres/service_reads.h"
#include "store/postgres/tables.h"

#include "store/postgres_sql.h"

namespace sluice::postgres {

namespace {

GroupPart read_part(Row& row)
{
    GroupPart part;
    row.into(part.state, part.tasks, part.success, part.failures, part.with_expected);
    row.into(part.expected, part.created_at, part.updated_at);
    return part;
}

GateView::Holder read_holder(Row& row)
{
    GateView::Holder holder;
    row.into(holder.task, holder.run_created_at);
    return holder;
}

ServiceReads::GroupTask read_group_task(Row& row)
{
    ServiceReads::GroupTask task;
    row.into(task.task, task.run);
    return task;
}

Params text_params(const std::string& group)
{
    Params params;
    params.add(Text{"group_id", group});
    return params;
}

} // namespace

std::vector<GateView> PostgresServiceReads::gates(TaskId task)
{
    Params of_task;
    of_task.add(task);
    const std::string gates =
        connection_.query(sql::gates_of_task, of_task).value<std::string>().value_or("");
    std::vector<GateView> views;
    for (const Gate& gate : parse_gates(gates)) {
        GateView& view = views.emplace_back();
        view.maximum = gate.maximum;
        Params id;
        id.add(gate.counter.signature);
        view.signature =
            connection_.query(sql::signature, id).first(read_signature).value_or(SignatureRow{});
        Params counter;
        counter.add(gate.counter.signature).add(Text{"key", gate.counter.key});
        view.total =
            connection_.query(sql::counter_total, counter).value<std::int64_t>().value_or(0);
        view.holders = connection_.query(sql::group_holders, counter).all(read_holder);
    }
    return views;
}

std::optional<GroupView> PostgresServiceReads::group(const std::string& id)
{
    const std::vector<GroupPart> parts =
        connection_.query(sql::view_group, text_params(id)).all(read_part);
    std::optional<GroupView> view = group_of(id, parts);
    if (view)
        view->kinds = connection_.query(sql::group_kinds, text_params(id)).column<std::string>();
    return view;
}

std::vector<std::string> PostgresServiceReads::group_ids(std::size_t skip, std::size_t limit)
{
    Params params;
    params.add(limit_of(limit)).add(limit_of(skip));
    return connection_.query(sql::group_ids, params).column<std::string>();
}

std::vector<ServiceReads::GroupTask>
PostgresServiceReads::live_group_tasks(const std::string& id, TaskId after, std::size_t limit)
{
    Params params = text_params(id);
    params.add(after).add(limit_of(limit));
    return connection_.query(sql::live_group_tasks, params).all(read_group_task);
}

} // namespace sluice::postgres
