// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/json_view.h"
#include "cli/run_lines.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr Micros run_timeout = std::chrono::hours(1); // as RunnerOptions has it by default

struct RunOptions {
    std::string id;
    std::string reason;
    std::string from;
};
using RunOptionsPtr = std::shared_ptr<RunOptions>;

Columns task_columns()
{
    return {{"TASK", text_of("id")},           {"STATUS", status_of("status")},
            {"ATTEMPTS", text_of("attempts")}, {"STARTED", time_of("start_time")},
            {"ENDED", time_of("end_time")},    {"ERROR", text_of("error")}};
}

Columns event_columns()
{
    return {
        {"AT", time_of("at")},
        {"TASK", text_of("task")},
        {"EVENT", text_of("kind")},
        {"DETAIL", text_of("detail")}};
}

void show_run(OutputFormat format, Json document)
{
    if (format != OutputFormat::table)
        return lines_of("id")(format, document);
    const Json tasks = std::move(document["tasks"]);
    document.erase("tasks");
    lines_of("id")(format, document);
    print("");
    table_of(task_columns())(format, tasks);
}

Async<Result<int>> describe(Context& context, WorkflowsPort& port, RunOptionsPtr options)
{
    const Result<RunId> run = port.runs.find(options->id);
    if (!run)
        co_return run.error();
    const Result<SharedReport> report = co_await port.runs.report(*run);
    if (!report)
        co_return report.error();
    show_run(context.config.output, document_of(**report));
    co_return exit_code::success;
}

Async<Result<int>> tell_events(Context& context, WorkflowsPort& port, RunOptionsPtr options)
{
    const Result<RunId> run = port.runs.find(options->id);
    if (!run)
        co_return run.error();
    const Result<std::vector<RunReads::Event>> events = co_await port.runs.events(*run);
    if (!events)
        co_return events.error();
    Json list = Json::array();
    for (const RunReads::Event& event : *events) {
        Json document = Json::object();
        document["at"] = format_time(event.at);
        document["task"] = event.task;
        document["kind"] = event.kind;
        document["detail"] = event.detail;
        list.push_back(std::move(document));
    }
    table_of(event_columns())(context.config.output, list);
    co_return exit_code::success;
}

Async<Result<int>> explain(Context& context, WorkflowsPort& port, RunOptionsPtr options)
{
    const Result<RunId> run = port.runs.find(options->id);
    if (!run)
        co_return run.error();
    const Result<std::vector<std::string>> reasons = co_await port.runs.why(*run);
    if (!reasons)
        co_return reasons.error();
    const OutputFormat format = context.config.output;
    if (format == OutputFormat::json || format == OutputFormat::yaml) {
        print_document(format, Json{{"why", *reasons}});
        co_return exit_code::success;
    }
    for (const std::string& reason : *reasons)
        print(reason);
    if (reasons->empty())
        print("it is final");
    co_return exit_code::success;
}

enum class Act : std::uint8_t { cancel, pause, resume, retry };

Async<Result<void>> act_on(WorkflowsPort& port, RunId run, Act act, const RunOptions& options)
{
    switch (act) {
    case Act::cancel:
        return port.actions.cancel(run, options.reason);
    case Act::pause:
        return port.actions.pause(run);
    case Act::resume:
        return port.actions.resume(run);
    case Act::retry:
        break;
    }
    return port.actions.retry_from(run, options.from, run_timeout);
}

// Says how it stands then.
Async<Result<int>> do_it(Context& context, WorkflowsPort& port, Act act, RunOptionsPtr options)
{
    const Result<RunId> run = port.runs.find(options->id);
    if (!run)
        co_return run.error();
    const Result<void> done = co_await act_on(port, *run, act, *options);
    if (!done)
        co_return done.error();
    const Result<RunStatus> status = co_await port.runs.status(*run);
    if (!status)
        co_return status.error();
    const OutputFormat format = context.config.output;
    Json document = Json::object();
    document["id"] = options->id;
    document["status"] = name(*status);
    if (format == OutputFormat::json || format == OutputFormat::yaml)
        print_document(format, document);
    else
        complain(fmt::format("run {}: {}", options->id, name(*status)));
    co_return exit_code::success;
}

CliCommand add_one(CliCommand& run, std::string_view name, const RunOptionsPtr& options)
{
    CliCommand command = run.add(name);
    command.argument("ID", options->id, "of the run");
    return command;
}

void add_act(CliCommand& run, std::string_view name, Act act)
{
    const auto options = std::make_shared<RunOptions>();
    CliCommand command = add_one(run, name, options);
    if (act == Act::cancel)
        command.option("--reason", options->reason, "shown where people ask why it was cancelled");
    if (act == Act::retry)
        command.option(
            "--from", options->from, "this task and what depends on it [all that failed]"
        );
    command.runs(on_workflows([options, act](Context& context, WorkflowsPort& port) {
        return do_it(context, port, act, options);
    }));
}

using Look = Async<Result<int>> (*)(Context&, WorkflowsPort&, RunOptionsPtr);

void add_look(CliCommand& run, std::string_view name, Look look)
{
    const auto options = std::make_shared<RunOptions>();
    add_one(run, name, options)
        .runs(on_workflows([options, look](Context& context, WorkflowsPort& port) {
            return look(context, port, options);
        }));
}

} // namespace

void add_run(CliCommand& root)
{
    CliCommand run = root.add("run");
    run.needs_command();
    add_run_list(run);
    add_look(run, "describe", describe);
    add_act(run, "cancel", Act::cancel);
    add_act(run, "pause", Act::pause);
    add_act(run, "resume", Act::resume);
    add_act(run, "retry", Act::retry);
    add_look(run, "events", tell_events);
    add_look(run, "why", explain);
}

} // namespace sluice
