// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/service_tables.h"

#include "store/gates.h"
#include "store/postgres/service_codec.h"
#include "store/postgres_sql.h"

#include <functional>

namespace sluice::postgres {

namespace {

// A text member that may be missing: NULL then.
ServiceTables::Duty read_duty(Row& row)
{
    ServiceTables::Duty duty;
    std::int32_t flags = 0;
    row.into(duty.task, flags, duty.success_actions, duty.failure_actions, duty.cancel_actions);
    row.into(duty.kind);
    duty.flags = static_cast<std::uint8_t>(flags);
    return duty;
}

} // namespace

void PostgresServiceTables::insert_cards(std::span<const CardRow> rows)
{
    Params params;
    params.array(rows, &CardRow::task).array(rows, &CardRow::run);
    params.array(rows, [](const CardRow& row) { return static_cast<std::int16_t>(row.flags); });
    params.array(rows, &CardRow::success_actions).array(rows, &CardRow::failure_actions);
    params.array(rows, &CardRow::cancel_actions).array(rows, &CardRow::expected_count);
    params.array(rows, &CardRow::scheduled_at).array(rows, &CardRow::deleted_at);
    params.texts("task.kind", rows, &CardRow::kind).texts("task.name", rows, &CardRow::name);
    params.texts("task.group_id", rows, card_text(&CardRow::group), Params::Empty::is_null);
    params.texts("task.requester", rows, card_text(&CardRow::requester), Params::Empty::is_null);
    params.texts("task.metadata", rows, card_text(&CardRow::metadata), Params::Empty::is_null);
    params.texts("task.rules", rows, card_text(&CardRow::rules), Params::Empty::is_null);
    params.texts("task.gates", rows, card_text(&CardRow::gates), Params::Empty::is_null);
    params.array(rows, [](const CardRow& row) { return line_number(row.gates); });
    connection_.queue(sql::insert_cards, params);
}

std::optional<CardRow> PostgresServiceTables::card(TaskId task)
{
    Params params;
    params.add(task);
    return connection_.query(sql::card, params).first(read_card);
}

std::vector<CardRow> PostgresServiceTables::cards(std::span<const TaskId> tasks)
{
    Params params;
    params.array(tasks, std::identity());
    return connection_.query(sql::cards, params).all(read_card);
}

void PostgresServiceTables::update_card(const CardRow& row)
{
    std::optional<Text> metadata;
    if (row.metadata)
        metadata = Text{"task.metadata", *row.metadata};
    Params params;
    params.add(row.expected_count).add(row.scheduled_at).add(row.deleted_at).add(metadata);
    params.add(row.task);
    connection_.queue(sql::update_card, params);
}

void PostgresServiceTables::set_priority(TaskId task, int nprio)
{
    Params params;
    params.add(static_cast<std::int16_t>(nprio)).add(task);
    connection_.queue(sql::set_priority, params);
}

std::vector<ServiceTables::Duty> PostgresServiceTables::duties(std::span<const TaskId> tasks)
{
    Params params;
    params.array(tasks, std::identity());
    return connection_.query(sql::duties, params).all(read_duty);
}

std::vector<TaskId> PostgresServiceTables::report(std::span<const Report> reports)
{
    const auto reason_of = [](const Report& report) {
        return report.failure_reason ? std::string_view(*report.failure_reason)
                                     : std::string_view();
    };
    Params params;
    params.array(reports, &Report::task).array(reports, &Report::at);
    params.array(reports, &Report::success).array(reports, &Report::failures);
    params.texts("task.failure_reason", reports, reason_of, Params::Empty::is_null);
    params.texts("task.cancel_actions", reports, &Report::cancel_actions, Params::Empty::is_null);
    params.array(reports, &Report::cancel_actions_count);
    return connection_.query(sql::report, params).column<TaskId>();
}

void PostgresServiceTables::begin_anew(std::span<const TaskId> tasks, Time now)
{
    Params params;
    params.add(now).array(tasks, std::identity());
    connection_.queue(sql::begin_anew, params);
}

std::vector<ProgressRow> PostgresServiceTables::progress(std::span<const TaskId> tasks)
{
    Params params;
    params.array(tasks, std::identity());
    return connection_.query(sql::progress, params).all(read_progress);
}

} // namespace sluice::postgres
