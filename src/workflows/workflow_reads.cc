// SPDX-License-Identifier: Apache-2.0
#include "workflows/workflow_reads.h"

#include "base/json.h"
#include "base/text.h"
#include "model/workflow/task_namespace.h"
#include "store/execution_reads.h"
#include "store/store.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace sluice {

namespace {

std::string short_name(const std::string& workflow_namespace)
{
    const Result<WorkflowNamespace> name = parse_workflow_namespace(workflow_namespace);
    return name ? name->workflow : workflow_namespace;
}

Result<std::string> choose(const std::string& name, const std::vector<WorkflowRow>& all)
{
    std::vector<std::string> found;
    std::vector<std::string> names;
    for (const WorkflowRow& row : all) {
        if (row.workflow_namespace == name)
            return name;
        names.push_back(short_name(row.workflow_namespace));
        if (names.back() == name)
            found.push_back(row.workflow_namespace);
    }
    if (found.size() == 1)
        return found.front();
    if (found.size() > 1)
        return Error{
            Errc::conflict, fmt::format(
                                "several workflows are called '{}': name one of {}",
                                printable(name), fmt::join(found, ", ")
                            )};
    const std::vector<std::string> near = nearest(name, names, 1);
    const std::string hint =
        near.empty() ? std::string() : fmt::format(" (did you mean '{}'?)", near.front());
    return Error{Errc::not_found, fmt::format("no workflow named '{}'{}", printable(name), hint)};
}

} // namespace

bool serves(const WorkerRow& worker, const std::string& queue)
{
    const Result<Json> queues = parse_json(worker.serves.empty() ? "[]" : worker.serves);
    return queues && queues->is_array() &&
           std::find(queues->begin(), queues->end(), queue) != queues->end();
}

Async<Result<std::vector<WorkflowRow>>> WorkflowReads::list()
{
    return store_.read([](Reads& reads) { return reads.executions().workflows(); });
}

Async<Result<std::string>> WorkflowReads::find(std::string name)
{
    const Result<std::vector<WorkflowRow>> all = co_await list();
    if (!all)
        co_return all.error();
    co_return choose(name, *all);
}

Async<Result<WorkflowReads::Workflow>>
WorkflowReads::get(std::string workflow_namespace, std::string version)
{
    auto look = [=](Reads& reads) {
        return reads.executions().workflow(workflow_namespace, version);
    };
    Result<std::optional<WorkflowRow>> row = co_await store_.read(std::move(look));
    if (!row)
        co_return row.error();
    if (!*row)
        co_return Error{
            Errc::not_found, fmt::format(
                                 "workflow '{}' has no version '{}'", printable(workflow_namespace),
                                 printable(version)
                             )};
    Result<WorkflowDefinition> definition = stored_definition((*row)->graph);
    if (!definition)
        co_return definition.error();
    Workflow workflow{std::move(**row), std::move(*definition)};
    co_return workflow;
}

Async<Result<std::vector<WorkflowRow>>> WorkflowReads::versions(std::string workflow_namespace)
{
    return store_.read([name = std::move(workflow_namespace)](Reads& reads) {
        return reads.executions().versions(name);
    });
}

Async<Result<std::vector<WorkerRow>>> WorkflowReads::servers(std::string workflow_namespace)
{
    const Result<WorkflowNamespace> name = parse_workflow_namespace(workflow_namespace);
    if (!name)
        co_return name.error();
    const auto look = [](Reads& reads) { return reads.executions().servers(); };
    Result<std::vector<WorkerRow>> workers = co_await store_.read(look);
    if (!workers)
        co_return workers.error();
    const std::string queue = workflow_queue(*name);
    const Time now = store_.clock().now();
    std::erase_if(*workers, [&](const WorkerRow& worker) {
        return worker.until < now || !serves(worker, queue);
    });
    co_return std::move(*workers);
}

} // namespace sluice
