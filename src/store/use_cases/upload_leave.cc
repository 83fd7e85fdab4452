// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/upload_leave.h"

#include "store/cluster_tables.h"
#include "store/use_cases/ending.h"

#include <algorithm>

namespace sluice {

namespace {

std::optional<UploadLeave> leave_of(WriteContext& context, TaskId task, int attempt)
{
    for (const UploadLeave& leave : context.tables.cluster().leaves({&task, 1}))
        if (leave.attempt == attempt)
            return leave;
    return std::nullopt;
}

} // namespace

void grant_leave(WriteContext& context, const RegisterOutputs& request)
{
    context.tables.cluster().put_leave(
        {request.task, request.run, request.attempt, context.now + request.leave}
    );
}

void wait_for_leave(WriteContext& context, std::span<OutputRow> rows)
{
    std::vector<TaskId> tasks;
    for (const OutputRow& row : rows)
        tasks.push_back(row.task);
    sort_unique(tasks);
    const std::vector<UploadLeave> leaves = context.tables.cluster().leaves(tasks);
    for (OutputRow& row : rows)
        for (const UploadLeave& leave : leaves)
            if (leave.task == row.task && leave.attempt == row.attempt)
                row.updated_at = std::max(row.updated_at, leave.until + leave_grace);
}

void end_leave(WriteContext& context, RunId run, TaskId task, int attempt)
{
    const std::optional<UploadLeave> leave = leave_of(context, task, attempt);
    if (!leave)
        return;
    context.tables.cluster().delete_leaves({&*leave, 1});
    if (leave->until + leave_grace <= context.now)
        return; // nothing has waited: somebody may be removing them
    std::vector<OutputRow> rows = context.tables.outputs_of(run, {&task, 1});
    std::erase_if(rows, [&](const OutputRow& row) {
        return row.state != OutputState::doomed || row.attempt != attempt ||
               row.updated_at <= context.now;
    });
    if (rows.empty())
        return;
    for (OutputRow& row : rows)
        row.updated_at = context.now;
    context.tables.update_outputs(rows);
    context.changes.doomed_outputs = true;
}

void run(WriteContext& context, Operations<ExtendLeave> operations)
{
    catch_up(context, context.tables.lock_clock());
    for (Operation<ExtendLeave>* operation : operations) {
        const ExtendLeave& request = operation->request;
        std::optional<UploadLeave> leave = leave_of(context, request.task, request.attempt);
        if (!leave || !holds_lease(context, request)) {
            operation->fail(superseded(request.attempt));
            continue;
        }
        leave->until = context.now + request.leave;
        context.tables.cluster().put_leave(*leave);
        operation->answer(request.leave);
    }
}

} // namespace sluice
