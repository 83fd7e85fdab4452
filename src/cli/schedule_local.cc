// SPDX-License-Identifier: Apache-2.0
#include "cli/schedule_local.h"

#include "cli/document_file.h"
#include "cli/exit_code.h"
#include "cli/workflows_port.h"
#include "model/kinds.h"
#include "model/schedule/schedule_form_fields.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr ParsedKind<Time> time_kind{parse_time};

template <class T, class Kind>
void read_optional(ObjectReader& reader, std::string_view key, std::optional<T>& out, Kind kind)
{
    if (const Json* member = reader.find(key); member && !member->is_null()) {
        out.emplace();
        reader.optional(key, *out, kind);
    }
}

struct File {
    std::string workflow;
    std::string cron;
    CronSchedules::Change rest; // what both may say
};

enum class Says : std::uint8_t { all, changes };

Result<File> read_file(const std::string& path, Says says)
{
    const Result<Json> document = read_document(path);
    if (!document)
        return with_context(path, document.error());
    File file;
    Problems problems;
    const Path root;
    ObjectReader reader(Value{*document, root, problems});
    if (says == Says::all) {
        reader.required("workflow", file.workflow, TextKind{1});
        reader.required("cron", file.cron, TextKind{1});
    } else {
        read_optional(reader, "cron", file.rest.expression, TextKind{1});
        read_optional(reader, "enabled", file.rest.enabled, FlagKind{});
    }
    read_optional(reader, "timezone", file.rest.timezone, TextKind{1});
    read_optional(reader, "catchup", file.rest.catchup, CatchupKind{});
    read_optional(reader, "start", file.rest.start, time_kind);
    read_optional(reader, "end", file.rest.end, time_kind);
    reader.finish();
    if (!problems.empty())
        return with_context(path, to_error(std::span<const Problem>(problems.take())));
    return file;
}

Json document_of(const CronScheduleView& schedule)
{
    Json document = Json::object();
    document["id"] = schedule.id;
    document["workflow"] = schedule.workflow;
    document["cron"] = schedule.expression;
    document["timezone"] = schedule.timezone;
    document["enabled"] = schedule.enabled;
    document["catchup"] = name(schedule.catchup);
    document["next_run_at"] = time_or_null(schedule.next_run_at);
    document["last_run_at"] = time_or_null(schedule.last_run_at);
    document["start"] = time_or_null(schedule.start);
    document["end"] = time_or_null(schedule.end);
    document["created_at"] = format_time(schedule.created_at);
    document["updated_at"] = format_time(schedule.updated_at);
    return document;
}

Json document_of(const CronFireView& fire)
{
    Json document = Json::object();
    document["id"] = fire.id;
    document["scheduled_time"] = format_time(fire.scheduled_time);
    document["fired_at"] = format_time(fire.claimed_at);
    document["run_id"] = fire.run_id.empty() ? Json(nullptr) : Json(fire.run_id);
    document["error"] = fire.error;
    document["recovery_attempts"] = fire.recovery_attempts;
    return document;
}

Columns cron_columns()
{
    return {{"ID", text_of("id")},           {"WORKFLOW", text_of("workflow")},
            {"CRON", text_of("cron")},       {"TIMEZONE", text_of("timezone")},
            {"ENABLED", text_of("enabled")}, {"NEXT", time_of("next_run_at")},
            {"LAST", time_of("last_run_at")}};
}

Columns fire_columns()
{
    return {
        {"SCHEDULED", time_of("scheduled_time")},
        {"FIRED", time_of("fired_at")},
        {"RUN", text_of("run_id")},
        {"ERROR", text_of("error")}};
}

// Waits for a call of the service, and shows what it answers.
template <class T>
Async<Result<int>> show(Context& context, Async<Result<std::vector<T>>> call, Columns columns)
{
    const Result<std::vector<T>> items = co_await std::move(call);
    if (!items)
        co_return items.error();
    Json list = Json::array();
    for (const T& item : *items)
        list.push_back(document_of(item));
    table_of(std::move(columns))(context.config.output, list);
    co_return exit_code::success;
}

Async<Result<int>> on_port(Context& context, WorkflowsAction action)
{
    const CommandAction command = on_workflows(std::move(action));
    Result<int> code = co_await command(context);
    co_return code;
}

void tell(const Context& context, const CronScheduleView& schedule, std::string_view done)
{
    tell_done(context, "schedule", schedule.id, document_of(schedule), done);
}

Async<Result<int>> create_one(Context& context, WorkflowsPort& port, Given given)
{
    Result<File> file = read_file(given.file, Says::all);
    if (!file)
        co_return file.error();
    Result<std::string> workflow = co_await port.workflows.find(file->workflow);
    if (!workflow)
        co_return workflow.error();
    CronSchedules::New schedule{file->workflow, *std::move(workflow), file->cron};
    if (file->rest.timezone)
        schedule.timezone = *file->rest.timezone;
    if (file->rest.catchup)
        schedule.catchup = *file->rest.catchup;
    schedule.start = file->rest.start;
    schedule.end = file->rest.end;
    Result<std::string> id = co_await port.cron.add(std::move(schedule));
    if (!id)
        co_return id.error();
    const Result<CronScheduleView> made = co_await port.cron.get(*std::move(id));
    if (!made)
        co_return made.error();
    const bool is_table = context.config.output == OutputFormat::table;
    lines_of("id")(is_table ? OutputFormat::name : context.config.output, document_of(*made));
    co_return exit_code::success;
}

Async<Result<int>> update_one(Context& context, WorkflowsPort& port, Given given)
{
    Result<File> file = read_file(given.file, Says::changes);
    if (!file)
        co_return file.error();
    const Result<CronScheduleView> changed = co_await port.cron.update(given.id, file->rest);
    if (!changed)
        co_return changed.error();
    tell(context, *changed, "updated");
    co_return exit_code::success;
}

Async<Result<int>> set_all(Context& context, WorkflowsPort& port, Given given, bool is_enabled)
{
    for (const std::string& id : given.ids) {
        CronSchedules::Change change;
        change.enabled = is_enabled;
        const Result<CronScheduleView> changed = co_await port.cron.update(id, change);
        if (!changed)
            co_return changed.error();
        tell(context, *changed, is_enabled ? "enabled" : "disabled");
    }
    co_return exit_code::success;
}

Async<Result<int>> remove_all(Context& context, WorkflowsPort& port, Given given)
{
    for (const std::string& id : given.ids) {
        const Result<CronScheduleView> schedule = co_await port.cron.get(id);
        if (!schedule)
            co_return schedule.error();
        const Result<bool> removed = co_await port.cron.remove(id);
        if (!removed)
            co_return removed.error();
        tell(context, *schedule, "deleted");
    }
    co_return exit_code::success;
}

Async<Result<int>> describe_one(Context& context, WorkflowsPort& port, Given given)
{
    const Result<CronScheduleView> schedule = co_await port.cron.get(given.id);
    if (!schedule)
        co_return schedule.error();
    lines_of("id")(context.config.output, document_of(*schedule));
    co_return exit_code::success;
}

Async<Result<int>> list_all(Context& context, WorkflowsPort& port, Given given)
{
    CronSchedules::Page page;
    page.limit = given.limit;
    for (const auto& [parameter, value] : given.filters) {
        if (parameter != "enabled")
            co_return Error{
                Errc::invalid, fmt::format("--{}: is for schedules of a server", parameter)};
        page.enabled = value == "true";
    }
    Result<int> code = co_await show(context, port.cron.list(page), cron_columns());
    co_return code;
}

Async<Result<int>> list_runs(Context& context, WorkflowsPort& port, Given given)
{
    auto history = port.cron.history(given.id, given.limit, 0);
    Result<int> code = co_await show(context, std::move(history), fire_columns());
    co_return code;
}

Async<Result<int>> show_stats(Context& context, WorkflowsPort& port, std::string since)
{
    const Result<Time> begin = since.empty() ? Result<Time>(Time{}) : parse_time(since);
    if (!begin)
        co_return with_context("--since", begin.error());
    const Result<CronSchedules::Stats> stats = co_await port.cron.stats(*begin);
    if (!stats)
        co_return stats.error();
    Json document = Json::object();
    document["total"] = stats->total;
    document["successful"] = stats->successful;
    document["lost"] = stats->lost;
    document["success_rate"] = stats->success_rate;
    lines_of("total")(context.config.output, document);
    co_return exit_code::success;
}

// What the function does with the port.
using OnePort = Async<Result<int>> (*)(Context&, WorkflowsPort&, Given);

Async<Result<int>> with_port(Context& context, OnePort work, Given given)
{
    return on_port(context, [work, given = std::move(given)](Context& at, WorkflowsPort& port) {
        return work(at, port, given);
    });
}

} // namespace

namespace local_schedules {

Async<Result<int>> list(Context& context, Given given)
{
    return with_port(context, list_all, std::move(given));
}

Async<Result<int>> describe(Context& context, Given given)
{
    return with_port(context, describe_one, std::move(given));
}

Async<Result<int>> create(Context& context, Given given)
{
    return with_port(context, create_one, std::move(given));
}

Async<Result<int>> update(Context& context, Given given)
{
    return with_port(context, update_one, std::move(given));
}

Async<Result<int>> enable(Context& context, Given given)
{
    return on_port(context, [given = std::move(given)](Context& at, WorkflowsPort& port) {
        return set_all(at, port, given, true);
    });
}

Async<Result<int>> disable(Context& context, Given given)
{
    return on_port(context, [given = std::move(given)](Context& at, WorkflowsPort& port) {
        return set_all(at, port, given, false);
    });
}

Async<Result<int>> remove(Context& context, Given given)
{
    return with_port(context, remove_all, std::move(given));
}

Async<Result<int>> runs(Context& context, Given given)
{
    return with_port(context, list_runs, std::move(given));
}

} // namespace local_schedules

void add_schedule_stats(CliCommand& schedule)
{
    CliCommand command = schedule.add("stats");
    const auto since = std::make_shared<std::string>();
    command.option("--since", *since, "only what was due from this time on (RFC 3339) [all]");
    command.runs(on_workflows([since](Context& context, WorkflowsPort& port) {
        return show_stats(context, port, *since);
    }));
}

} // namespace sluice
