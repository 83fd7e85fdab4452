// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/schedule_local.h"

namespace sluice {

namespace {

// A schedule has one of them.
Table::Cell when(const Json& schedule)
{
    for (const char* name : {"cron", "every", "at"})
        if (!member(schedule, name).is_null())
            return text_of(name)(schedule);
    return Table::Cell("-");
}

Columns schedule_columns()
{
    return {
        {"ID", text_of("id")},
        {"NAME", text_of("name")},
        {"WHEN", when},
        {"TIMEZONE", text_of("timezone")},
        {"ENABLED", text_of("enabled")},
        {"NEXT", time_of("next_run_at")},
        {"LAST", time_of("last_run_at")}};
}

Columns tick_columns()
{
    return {
        {"SCHEDULED", time_of("scheduled_at")},
        {"FIRED", time_of("fired_at")},
        {"OUTCOME", status_of("outcome")},
        {"BATCH", text_of("batch_id")},
        {"REASON", text_of("reason")}};
}

Json enabled(bool value)
{
    Json body = Json::object();
    body["enabled"] = value;
    return body;
}

} // namespace

void add_schedule(CliCommand& root)
{
    CliCommand schedule = root.add("schedule");
    schedule.needs_command();
    const std::vector<Filter> filters{
        {"--name", "name", "only schedules with this in their name"},
        {"--enabled", "enabled", "only those that are, or are not", {"true", "false"}}};
    add_list(
        schedule, {.path = "/schedules",
                   .columns = schedule_columns(),
                   .filters = filters,
                   .without = local_schedules::list}
    );
    add_create(schedule, "/schedules", local_schedules::create);
    const std::string one = "/schedules/{}";
    add_show(schedule, {.path = one, .show = lines_of("id"), .without = local_schedules::describe});
    add_update(schedule, "schedule", Method::patch, one, local_schedules::update);
    add_verb(
        schedule, "schedule",
        {"enable", Method::patch, one, enabled(true), "enabled", local_schedules::enable}
    );
    add_verb(
        schedule, "schedule",
        {"disable", Method::patch, one, enabled(false), "disabled", local_schedules::disable}
    );
    add_verb(
        schedule, "schedule",
        {"delete", Method::delete_, one, nullptr, "deleted", local_schedules::remove}
    );
    add_list(
        schedule, {.name = "runs",
                   .path = "/schedules/{}/runs",
                   .columns = tick_columns(),
                   .without = local_schedules::runs}
    );
    add_schedule_stats(schedule);
}

} // namespace sluice
