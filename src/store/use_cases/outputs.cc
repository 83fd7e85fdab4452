// SPDX-License-Identifier: Apache-2.0
// Outputs: which attempt owns which path of a run's egress. A row comes before the upload and goes
// after the removal, so that whatever dies in between, no file of a failed attempt is forgotten.
#include "store/cluster_tables.h"
#include "store/use_cases/ending.h"
#include "store/use_cases/upload_leave.h"

#include "base/uid.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace sluice {

namespace {

std::set<std::string> paths_of(const std::vector<OutputRow>& rows)
{
    std::set<std::string> paths;
    for (const OutputRow& row : rows)
        paths.insert(row.path);
    return paths;
}

// A late upload of an attempt that had lost its lease may have brought files after those of the
// attempt were removed. What has no owner gets one that is doomed.
void doom_strays(WriteContext& context, const OutputsUploaded& request)
{
    std::vector<std::string> paths = request.paths;
    sort_unique(paths);
    const std::vector<OutputRow> owned = context.tables.outputs_at(request.run, paths);
    const std::set<std::string> taken = paths_of(owned);
    std::vector<OutputRow> strays;
    for (std::string& path : paths)
        if (!taken.contains(path))
            strays.push_back(
                {request.run, std::move(path), request.task, request.attempt, OutputState::doomed,
                 context.now, context.now}
            );
    if (strays.empty())
        return;
    context.tables.insert_outputs(strays);
    context.changes.doomed_outputs = true;
}

const Error lost{Errc::conflict, "the attempt does not hold the datum any more"};

std::string task_uid(const WriteContext& context, const RunRow& run, TaskId task)
{
    return format_uid(make_uid(UidKind::task, run.created_at, task.value, context.uid_secret));
}

// Why the paths cannot be this attempt's; nothing when they can.
std::optional<Error>
obstacle(WriteContext& context, const RegisterOutputs& request, const std::vector<OutputRow>& found)
{
    for (const OutputRow& row : found) {
        if (row.task == request.task)
            continue;
        if (row.state == OutputState::doomed)
            return Error{
                Errc::unavailable,
                fmt::format("output '{}' of a failed attempt is still being removed", row.path)};
        return Error{
            Errc::conflict, fmt::format(
                                "output '{}' was already written by datum {}", row.path,
                                task_uid(context, context.runs.at(request.run), row.task)
                            )};
    }
    return std::nullopt;
}

Result<OutputsRegistered> register_outputs(WriteContext& context, const RegisterOutputs& request)
{
    std::vector<OutputRow> mine = context.tables.outputs_of(request.run, {&request.task, 1});
    OutputsRegistered reply;
    for (const OutputRow& row : mine)
        if (row.state == OutputState::doomed || row.attempt != request.attempt)
            reply.stale.push_back(row);
    if (!reply.stale.empty())
        return reply; // the objects go first, then the caller asks again

    const std::set<std::string> asked(request.paths.begin(), request.paths.end());
    if (!mine.empty()) {
        if (paths_of(mine) != asked)
            return Error{
                Errc::conflict, "this attempt has registered another set of outputs before"};
        reply.outputs = std::move(mine);
        return reply;
    }
    const std::vector<std::string> sorted(asked.begin(), asked.end());
    if (const auto error =
            obstacle(context, request, context.tables.outputs_at(request.run, sorted)))
        return *error;
    for (const std::string& path : sorted)
        reply.outputs.push_back(
            {request.run, path, request.task, request.attempt, OutputState::registered, context.now,
             context.now}
        );
    if (!reply.outputs.empty())
        context.tables.insert_outputs(reply.outputs);
    return reply;
}

} // namespace

void run(WriteContext& context, Operations<RegisterOutputs> operations)
{
    const bool grants = std::ranges::any_of(operations, [](const auto* operation) {
        return operation->request.leave > Micros{0};
    });
    if (grants)
        catch_up(context, context.tables.lock_clock());
    for (Operation<RegisterOutputs>* operation : operations) {
        const RegisterOutputs& request = operation->request;
        if (!holds_lease(context, request)) {
            operation->fail(lost);
            continue;
        }
        Result<OutputsRegistered> reply = register_outputs(context, request);
        if (reply && !reply->outputs.empty() && request.leave > Micros{0}) {
            grant_leave(context, request);
            reply->leave = request.leave;
        }
        if (reply)
            operation->answer(std::move(*reply));
        else
            operation->fail(reply.error());
    }
}

void run(WriteContext& context, Operations<OutputsUploaded> operations)
{
    for (Operation<OutputsUploaded>* operation : operations) {
        const OutputsUploaded& request = operation->request;
        if (!holds_lease(context, request)) {
            end_leave(context, request.run, request.task, request.attempt);
            doom_strays(context, request);
            operation->fail(lost);
            continue;
        }
        std::vector<std::string> paths = request.paths;
        sort_unique(paths);
        std::vector<OutputRow> rows = context.tables.outputs_at(request.run, paths);
        std::erase_if(rows, [&](const OutputRow& row) {
            return row.task != request.task || row.attempt != request.attempt;
        });
        if (rows.size() != paths.size()) {
            operation->fail({Errc::not_found, "an output that this attempt has not registered"});
            continue;
        }
        for (OutputRow& row : rows) {
            row.state = OutputState::uploaded;
            row.updated_at = context.now;
        }
        if (!rows.empty())
            context.tables.update_outputs(rows);
        const UploadLeave leave{request.task, request.run, request.attempt, {}};
        context.tables.cluster().delete_leaves({&leave, 1});
        operation->answer(true);
    }
}

void run(WriteContext& context, Operations<TakeDoomed> operations)
{
    catch_up(context, context.tables.clock_jumps());
    for (Operation<TakeDoomed>* operation : operations) {
        const TakeDoomed& request = operation->request;
        TakeDoomed::Reply reply;
        reply.rows = context.tables.doomed_outputs(context.now, request.limit);
        if (reply.rows.size() < request.limit)
            reply.next = context.tables.next_doomed(context.now);
        for (OutputRow& row : reply.rows)
            row.updated_at = context.now + request.lease;
        if (!reply.rows.empty())
            context.tables.update_outputs(reply.rows);
        operation->answer(std::move(reply));
    }
}

void run(WriteContext& context, Operations<OutputsRemoved> operations)
{
    for (Operation<OutputsRemoved>* operation : operations) {
        if (!operation->request.rows.empty())
            context.tables.delete_outputs(operation->request.rows);
        operation->answer(true);
    }
}

} // namespace sluice
