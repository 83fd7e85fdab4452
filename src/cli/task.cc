// SPDX-License-Identifier: Apache-2.0
#include "cli/task.h"

#include "cli/commands.h"
#include "cli/server_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sluice {

namespace {

// "3/10 (1 failed)": what its target has reported.
Table::Cell progress_of_task(const Json& task)
{
    const Json& expected = member(task, "expected_count");
    const Json& failures = member(task, "failures");
    std::string text = dump_json(member(task, "success"));
    if (!expected.is_null())
        text += '/' + dump_json(expected);
    if (failures.is_number() && failures != 0)
        text += fmt::format(" ({} failed)", dump_json(failures));
    return Table::Cell(std::move(text));
}

bool is_final(const Json& task)
{
    const Json& status = member(task, "status");
    return status == "Success" || status == "Failure" || status == "Skipped" ||
           status == "Canceled";
}

std::vector<Filter> task_filters()
{
    return {
        {"--name", "name", "only tasks with this in their name"},
        {"--kind", "kind", "only tasks with this in their kind"},
        {"--status", "status", "only tasks in this state", task_statuses()},
        {"--timeout", "timeout", "only tasks with this timeout, in seconds"},
        {"--metadata", "metadata", "only tasks whose metadata contains this JSON"},
        {"--batch", "batch_id", "only tasks of this batch", {}, "batch"},
        {"--group", "group_id", "only tasks of this group"},
        {"--deleted", "deleted", "those that were deleted, instead", {}, "", "true"},
    };
}

Columns events_of_task()
{
    return {{"AT", time_of("at")},           {"EVENT", text_of("event")},
            {"ATTEMPT", text_of("attempt")}, {"STATUS", status_of("status")},
            {"ACTOR", text_of("actor")},     {"DETAIL", text_of("detail")}};
}

void add_views(CliCommand& task)
{
    add_list(
        task,
        {.path = "/task", .columns = task_columns(), .filters = task_filters(), .events = "/events"}
    );
    add_show(
        task, {.path = "/task/{}",
               .show = lines_of("id"),
               .events = "/events?task={}",
               .is_final = is_final}
    );
    add_show(
        task, {.name = "timeline",
               .path = "/task/{}/timeline",
               .show = table_in("events", events_of_task()),
               .events = "/events?task={}"}
    );
    add_show(
        task, {.name = "why",
               .path = "/task/{}/why",
               .show = words_in("why"),
               .events = "/events?task={}"}
    );
}

} // namespace

Columns task_columns()
{
    return {{"ID", text_of("id")},     {"STATUS", status_of("status")},
            {"KIND", text_of("kind")}, {"PROGRESS", progress_of_task},
            {"NAME", text_of("name")}, {"CREATED", time_of("created_at")}};
}

std::vector<std::string> task_statuses()
{
    return {"Waiting", "Pending", "Claimed", "Running", "Success",
            "Failure", "Skipped", "Paused",  "Canceled"};
}

bool all_have_ended(const Json& counted)
{
    constexpr std::array<std::string_view, 5> unfinished{
        "waiting", "pending", "claimed", "running", "paused"};
    const Json& counts = member(counted, "status_counts");
    return std::all_of(unfinished.begin(), unfinished.end(), [&](std::string_view status) {
        return member(counts, status) == 0;
    });
}

void add_task(CliCommand& root)
{
    CliCommand task = root.add("task");
    task.needs_command();
    add_task_create(task);
    add_views(task);
    add_task_update(task);
    add_task_count(task);
    add_verb(task, "task", {"cancel", Method::delete_, "/task/{}"});
    add_verb(task, "task", {"pause", Method::patch, "/task/pause/{}"});
    add_verb(task, "task", {"resume", Method::patch, "/task/resume/{}"});
    add_verb(task, "task", {"retry", Method::post, "/task/{}/retry"});
    add_verb(task, "task", {"delete", Method::delete_, "/task/{}?purge=soft", nullptr, "deleted"});
    add_verb(task, "task", {"restore", Method::post, "/task/{}/restore", nullptr, "restored"});
}

} // namespace sluice
