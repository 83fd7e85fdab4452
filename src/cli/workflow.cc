// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/json_view.h"
#include "cli/run_lines.h"
#include "model/workflow/workflow_draw.h"

namespace sluice {

namespace {

struct WorkflowOptions {
    std::string name;
    std::string version;
    std::string format = "ascii";
};
using WorkflowOptionsPtr = std::shared_ptr<WorkflowOptions>;

Columns workflow_columns()
{
    return {
        {"WORKFLOW", text_of("workflow")},
        {"VERSION", text_of("version")},
        {"REGISTERED", time_of("registered_at")},
        {"FIRST SEEN", time_of("created_at")}};
}

Columns task_columns()
{
    return {
        {"TASK", text_of("id")},
        {"DEPENDENCIES", text_of("dependencies")},
        {"RULE", text_of("rule")},
        {"TRIES", text_of("tries")},
        {"TIMEOUT", text_of("timeout_ms")}};
}

Json document_of(const WorkflowRow& row)
{
    Json document = Json::object();
    document["workflow"] = row.workflow_namespace;
    document["version"] = row.version;
    document["registered_at"] = format_time(row.registered_at);
    document["created_at"] = format_time(row.created_at);
    return document;
}

Json task_line(const WorkflowTask& task)
{
    Json line = Json::object();
    line["id"] = task.id;
    line["dependencies"] = task.dependencies;
    line["rule"] = task.rule ? Json(describe_rule(*task.rule)) : Json(nullptr);
    line["tries"] = task.retry.tries_max;
    line["timeout_ms"] = nullptr;
    if (task.timeout)
        line["timeout_ms"] = task.timeout->count() / 1000;
    return line;
}

Json server_line(const WorkerRow& worker)
{
    Json line = Json::object();
    line["name"] = worker.name;
    line["host"] = worker.host;
    return line;
}

Async<Result<int>> list_workflows(Context& context, WorkflowsPort& port)
{
    const Result<std::vector<WorkflowRow>> rows = co_await port.workflows.list();
    if (!rows)
        co_return rows.error();
    Json list = Json::array();
    for (const WorkflowRow& row : *rows)
        list.push_back(document_of(row));
    table_of(workflow_columns())(context.config.output, list);
    co_return exit_code::success;
}

Async<Result<WorkflowReads::Workflow>> chosen(WorkflowsPort& port, WorkflowOptionsPtr options)
{
    Result<std::string> name = co_await port.workflows.find(options->name);
    if (!name)
        co_return name.error();
    Result<WorkflowReads::Workflow> workflow =
        co_await port.workflows.get(*std::move(name), options->version);
    co_return workflow;
}

void show_workflow(OutputFormat format, Json document)
{
    if (format != OutputFormat::table)
        return lines_of("workflow")(format, document);
    const Json tasks = std::move(document["tasks"]);
    const Json versions = std::move(document["versions"]);
    document.erase("tasks");
    document.erase("versions");
    lines_of("workflow")(format, document);
    print("");
    table_of(task_columns())(format, tasks);
    if (versions.size() > 1) {
        print("");
        table_of(workflow_columns())(format, versions);
    }
}

Async<Result<int>> show(Context& context, WorkflowsPort& port, WorkflowOptionsPtr options)
{
    const Result<WorkflowReads::Workflow> workflow = co_await chosen(port, options);
    if (!workflow)
        co_return workflow.error();
    const std::string& name = workflow->row.workflow_namespace;
    const Result<std::vector<WorkflowRow>> versions = co_await port.workflows.versions(name);
    if (!versions)
        co_return versions.error();
    const Result<std::vector<WorkerRow>> servers = co_await port.workflows.servers(name);
    if (!servers)
        co_return servers.error();

    Json document = document_of(workflow->row);
    document["description"] = workflow->definition.description;
    document["tags"] = workflow->definition.tags;
    document["served_by"] = Json::array();
    for (const WorkerRow& worker : *servers)
        document["served_by"].push_back(server_line(worker));
    document["tasks"] = Json::array();
    for (const WorkflowTask& task : workflow->definition.tasks)
        document["tasks"].push_back(task_line(task));
    document["versions"] = Json::array();
    for (const WorkflowRow& row : *versions)
        document["versions"].push_back(document_of(row));
    show_workflow(context.config.output, std::move(document));
    co_return exit_code::success;
}

Async<Result<int>> draw_it(Context&, WorkflowsPort& port, WorkflowOptionsPtr options)
{
    const Result<WorkflowReads::Workflow> workflow = co_await chosen(port, options);
    if (!workflow)
        co_return workflow.error();
    print_bytes(draw(workflow->definition, *draw_format(options->format)));
    co_return exit_code::success;
}

CliCommand add_one(CliCommand& workflow, std::string_view name, const WorkflowOptionsPtr& options)
{
    CliCommand command = workflow.add(name);
    command.argument("NAME", options->name, "of the workflow, or its namespace");
    command.option("--version", options->version, "an earlier one [the current one]");
    return command;
}

} // namespace

void add_workflow(CliCommand& root)
{
    CliCommand workflow = root.add("workflow");
    workflow.needs_command();
    CliCommand list = workflow.add("list");
    list.runs(on_workflows(list_workflows));

    const auto options = std::make_shared<WorkflowOptions>();
    add_one(workflow, "show", options)
        .runs(on_workflows([options](Context& context, WorkflowsPort& port) {
            return show(context, port, options);
        }));
    CliCommand draw = add_one(workflow, "draw", options);
    draw.option(
        "--format", options->format, "ascii, dot, mermaid or json [ascii]",
        {"ascii", "dot", "mermaid", "json"}
    );
    draw.runs(on_workflows([options](Context& context, WorkflowsPort& port) {
        return draw_it(context, port, options);
    }));
    add_workflow_runs(workflow);
}

} // namespace sluice
