// SPDX-License-Identifier: Apache-2.0
// declare workflows: the versions that programs have registered.
#include "store/execution_tables.h"
#include "store/use_cases/context.h"

#include <algorithm>
#include <map>

namespace sluice {

namespace {

struct Declaring {
    const DeclareWorkflows::Declaration* asked = nullptr;
    DeclareWorkflows::Declared* answer = nullptr;
};

// By namespace, so that two groups lock the rows in the same order; those of one namespace as
// given.
std::vector<Declaring>
sorted(Operations<DeclareWorkflows> operations, std::vector<DeclareWorkflows::Reply>& replies)
{
    std::vector<Declaring> all;
    for (std::size_t i = 0; i < operations.size(); ++i) {
        const auto& workflows = operations[i]->request.workflows;
        replies[i].resize(workflows.size());
        for (std::size_t j = 0; j < workflows.size(); ++j)
            all.push_back({&workflows[j], &replies[i][j]});
    }
    std::ranges::stable_sort(all, {}, [](const Declaring& one) {
        return std::string_view(one.asked->workflow_namespace);
    });
    return all;
}

using CurrentVersions = std::map<std::string, WorkflowRow, std::less<>>; // by namespace

CurrentVersions current_versions(WriteContext& context, const std::vector<Declaring>& declaring)
{
    std::vector<std::string> namespaces;
    for (const Declaring& one : declaring)
        namespaces.push_back(one.asked->workflow_namespace);
    sort_unique(namespaces);
    CurrentVersions current;
    for (WorkflowRow& row : context.tables.executions().current_workflows(namespaces)) {
        std::string name = row.workflow_namespace;
        current.emplace(std::move(name), std::move(row));
    }
    return current;
}

// It is the current version afterwards, also when the clock stands still.
DeclareWorkflows::Declared declare(
    WriteContext& context, const DeclareWorkflows::Declaration& asked, std::int64_t id,
    CurrentVersions& current
)
{
    WorkflowRow row;
    row.id = WorkflowId{id};
    row.workflow_namespace = asked.workflow_namespace;
    row.version = asked.version;
    row.graph = asked.graph;
    row.created_at = context.now;
    row.registered_at = context.now;

    DeclareWorkflows::Declared declared;
    const auto before = current.find(asked.workflow_namespace);
    if (before != current.end() && before->second.version != asked.version) {
        declared.version_before = before->second.version;
        row.registered_at = std::max(row.registered_at, before->second.registered_at + Micros{1});
    }
    declared.row = context.tables.executions().declare_workflow(row);
    current.insert_or_assign(asked.workflow_namespace, declared.row);
    return declared;
}

} // namespace

void run(WriteContext& context, Operations<DeclareWorkflows> operations)
{
    std::vector<DeclareWorkflows::Reply> replies(operations.size());
    const std::vector<Declaring> all = sorted(operations, replies);
    if (!all.empty()) {
        const std::vector<std::int64_t> ids =
            context.tables.next_ids(Tables::Sequence::workflow, all.size());
        CurrentVersions current = current_versions(context, all);
        for (std::size_t i = 0; i < all.size(); ++i)
            *all[i].answer = declare(context, *all[i].asked, ids[i], current);
    }
    for (std::size_t i = 0; i < operations.size(); ++i)
        operations[i]->answer(std::move(replies[i]));
}

} // namespace sluice
