// SPDX-License-Identifier: Apache-2.0
#include "workflows/stored_workflows.h"

#include "base/text.h"
#include "store/execution_reads.h"
#include "store/store.h"
#include "workflows/workflow_reads.h"

#include <fmt/format.h>

#include <utility>

namespace sluice {

namespace {

constexpr std::size_t kept_max = 1000;

Error no_such_workflow(const std::string& name)
{
    return {Errc::not_found, fmt::format("no workflow named '{}'", printable(name))};
}

} // namespace

StoredWorkflows::StoredWorkflows(asio::any_io_executor executor, Store& store, Micros task_timeout)
    : store_(store), task_timeout_(task_timeout), answers_(std::move(executor))
{}

Async<Result<StoredWorkflowPtr>> StoredWorkflows::find(std::string workflow_namespace)
{
    auto make = [this, workflow_namespace] { return read(workflow_namespace); };
    const auto answer = co_await answers_.get(workflow_namespace, std::move(make));
    co_return *answer;
}

Async<Result<StoredWorkflowPtr>> StoredWorkflows::read(std::string workflow_namespace)
{
    auto look = [workflow_namespace](Reads& reads) {
        return reads.executions().workflow(workflow_namespace, "");
    };
    const Result<std::optional<WorkflowRow>> row = co_await store_.read(std::move(look));
    if (!row)
        co_return row.error();
    if (!*row)
        co_return no_such_workflow(workflow_namespace);
    if (made_.size() >= kept_max)
        made_.clear();
    StoredWorkflowPtr& made = made_[workflow_namespace];
    if (made && made->id == (*row)->id)
        co_return made;
    const Result<WorkflowDefinition> definition = stored_definition((*row)->graph);
    if (!definition)
        co_return definition.error();
    const SubmissionTemplate submission(*definition, task_timeout_);
    made = std::make_shared<const StoredWorkflow>(StoredWorkflow{(*row)->id, submission});
    co_return made;
}

Async<Result<std::string>> namespace_of(Store& store, FindNamespace find, std::string name)
{
    if (find) {
        Result<std::string> known = co_await find(name);
        if (!known || !known->empty())
            co_return known;
    }
    WorkflowReads reads(store);
    co_return co_await reads.find(std::move(name));
}

} // namespace sluice
