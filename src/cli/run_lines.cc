// SPDX-License-Identifier: Apache-2.0
#include "cli/run_lines.h"

#include "cli/exit_code.h"
#include "cli/json_view.h"

namespace sluice {

namespace {

struct ListOptions {
    std::string workflow;
    std::string status;
    std::int64_t limit = 100;
};

Columns run_columns()
{
    return {{"ID", text_of("id")},           {"WORKFLOW", text_of("workflow")},
            {"STATUS", status_of("status")}, {"CREATED", time_of("created_at")},
            {"ENDED", time_of("end_time")},  {"TASKS", counts_of("tasks")}};
}

Async<Result<int>>
list_runs(Context& context, WorkflowsPort& port, std::shared_ptr<const ListOptions> options)
{
    RunReads::Query query;
    query.limit = static_cast<std::size_t>(options->limit);
    if (!options->workflow.empty()) {
        Result<std::string> workflow = co_await port.workflows.find(options->workflow);
        if (!workflow)
            co_return workflow.error();
        query.workflow = *std::move(workflow);
    }
    if (!options->status.empty())
        query.status = run_status(options->status);
    const Result<std::vector<RunLine>> runs = co_await port.runs.list(std::move(query));
    if (!runs)
        co_return runs.error();
    Json list = Json::array();
    for (const RunLine& run : *runs)
        list.push_back(document_of(run));
    table_of(run_columns())(context.config.output, list);
    co_return exit_code::success;
}

void runs_list(CliCommand& command, std::shared_ptr<ListOptions> options)
{
    command.option(
        "--status", options->status, "only runs that are this",
        {"Pending", "Running", "Paused", "Completed", "Failed", "Cancelled"}
    );
    command.number("--limit", options->limit, "at most so many, the newest [100]", 1000);
    command.runs(on_workflows([options](Context& context, WorkflowsPort& port) {
        return list_runs(context, port, options);
    }));
}

} // namespace

void add_run_list(CliCommand& run)
{
    const auto options = std::make_shared<ListOptions>();
    CliCommand command = run.add("list");
    command.option("--workflow", options->workflow, "only runs of this one, by name or namespace");
    runs_list(command, options);
}

void add_workflow_runs(CliCommand& workflow)
{
    const auto options = std::make_shared<ListOptions>();
    CliCommand command = workflow.add("runs");
    command.argument("NAME", options->workflow, "of the workflow, or its namespace");
    runs_list(command, options);
}

} // namespace sluice
