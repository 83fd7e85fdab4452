// SPDX-License-Identifier: Apache-2.0
// finish, give back: the reports of whoever executes a task. The fence is the lease row: a
// report counts only if a lease of that task, attempt and worker is there to be taken.
#include "store/use_cases/debts.h"
#include "store/use_cases/ending.h"
#include "store/use_cases/last_update.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace sluice {

Error superseded(int attempt)
{
    return {Errc::conflict, fmt::format("attempt {} does not hold the task any more", attempt)};
}

namespace {

// Whether a report of `attempt` (0: any) by `worker` (none: from outside) is about that attempt.
bool is_about(const Tables::LeaseKey& report, int attempt, WorkerId worker)
{
    return (report.attempt == 0 || report.attempt == attempt) &&
           (!report.worker || report.worker == worker);
}

template <class Request>
Tables::LeaseKey fence_of(const Request& request)
{
    return {request.task, request.attempt, request.worker};
}

// The leases that this group has taken, each handed out once: a second report of one group is late.
class TakenLeases {
public:
    explicit TakenLeases(std::vector<LeaseRow> rows)
        : rows_(std::move(rows)), used_(rows_.size(), 0)
    {
        std::sort(rows_.begin(), rows_.end(), [](const LeaseRow& a, const LeaseRow& b) {
            return a.place.task < b.place.task;
        });
    }

    LeaseRow* take(const Tables::LeaseKey& fence)
    {
        const auto row = std::lower_bound(
            rows_.begin(), rows_.end(), fence.task,
            [](const LeaseRow& lease, TaskId id) { return lease.place.task < id; }
        );
        if (row == rows_.end() || row->place.task != fence.task ||
            !is_about(fence, row->place.attempt, row->worker))
            return nullptr;
        const auto index = static_cast<std::size_t>(row - rows_.begin());
        return std::exchange(used_[index], 1) ? nullptr : &*row;
    }

private:
    std::vector<LeaseRow> rows_;
    std::vector<char> used_;
};

// The run was ended as a whole while a claim was under way: its leases are the sweep's.
template <class Request>
bool is_swept(WriteContext& context, const Request& request)
{
    return context.runs.at(request.run).sweep;
}

template <class Request>
TakenLeases take_leases(WriteContext& context, std::span<Request* const> requests)
{
    std::vector<Tables::LeaseKey> keys;
    keys.reserve(requests.size());
    for (const Request* request : requests)
        if (!is_swept(context, *request))
            keys.push_back(fence_of(*request));
    std::sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) {
        return a.task < b.task;
    });
    return TakenLeases(context.tables.take_leases(keys));
}

// How the task ends if the report is accepted and it is not tried again.
TaskState reported_end(const Finish& report)
{
    if (report.as == Finish::As::skipped)
        return TaskState::skipped;
    return report.failure ? TaskState::failed : TaskState::succeeded;
}

// A report whose lease is gone: repeated by its own sender (the answer was lost), or superseded.
void answer_late(WriteContext& context, const std::vector<Operation<Finish>*>& late)
{
    std::vector<TaskId> ids;
    for (const Operation<Finish>* operation : late)
        ids.push_back(operation->request.task);
    sort_unique(ids);
    std::map<TaskId, DoneRow> done;
    for (DoneRow& row : context.tables.done(ids))
        done.emplace(row.task, std::move(row));

    for (Operation<Finish>* operation : late) {
        const Finish& report = operation->request;
        const auto row = done.find(report.task);
        if (row != done.end())
            owe_late_follow_ups(context, answer_of(report), row->second);
        const TaskState reported = reported_end(report);
        const bool same = row != done.end() && row->second.outcome == reported &&
                          is_about(fence_of(report), row->second.attempt, row->second.worker);
        if (same)
            operation->answer({reported, std::nullopt, true});
        else if (row != done.end())
            operation->fail(
                {Errc::conflict, fmt::format("the task is final: {}", name(row->second.outcome))}
            );
        else
            operation->fail(superseded(report.attempt));
    }
}

// Those of the children that will hear of these ends.
void expect_links(WriteContext& context, std::span<Finish* const> reports)
{
    std::vector<TaskId> parents;
    for (const Finish* report : reports)
        if (context.runs.at(report->run).linked)
            parents.push_back(report->task);
    if (!parents.empty())
        context.tables.expect_links(parents);
}

} // namespace

std::vector<std::optional<Finished>>
end_attempts(WriteContext& context, std::span<Finish* const> reports)
{
    expect_links(context, reports);
    TakenLeases leases = take_leases(context, reports);
    std::vector<std::optional<Finished>> answers(reports.size());
    std::vector<Ended> over; // well, or skipped
    std::vector<FailedAttempt> failed;
    std::vector<std::size_t> failed_reports;
    for (std::size_t i = 0; i < reports.size(); ++i) {
        Finish& report = *reports[i];
        LeaseRow* lease = leases.take(fence_of(report));
        if (!lease)
            continue;
        if (!report.worker && lease->owner == LeaseOwner::process)
            context.changes.early_ends.push_back(report.task);
        if (report.failure) {
            failed.push_back({std::move(*lease), *report.failure, report.error, report.result});
            failed.back().is_transient = report.is_transient;
            failed.back().retry_after = report.retry_after;
            failed_reports.push_back(i);
        } else {
            over.push_back(ended(*lease, reported_end(report)));
            over.back().result = report.result;
            if (report.as == Finish::As::skipped)
                over.back().error = report.error;
            answers[i] = Finished{reported_end(report), std::nullopt, false};
        }
    }
    end_tasks(context, std::move(over));
    if (failed.empty())
        return answers;
    const std::vector<std::optional<Time>> next = fail_attempts(context, std::move(failed));
    for (std::size_t i = 0; i < next.size(); ++i)
        answers[failed_reports[i]] =
            Finished{next[i] ? TaskState::pending : TaskState::failed, next[i], false};
    return answers;
}

void run(WriteContext& context, Operations<Finish> operations)
{
    std::vector<Finish*> reports;
    reports.reserve(operations.size());
    for (Operation<Finish>* operation : operations)
        reports.push_back(&operation->request);
    std::vector<std::optional<Finished>> answers = end_attempts(context, reports);
    std::vector<Operation<Finish>*> late;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (!answers[i]) {
            late.push_back(operations[i]);
            continue;
        }
        owe_follow_ups(context, answer_of(operations[i]->request));
        operations[i]->answer(*answers[i]);
    }
    if (!late.empty())
        answer_late(context, late);
}

void run(WriteContext& context, Operations<GiveBack> operations)
{
    std::vector<const GiveBack*> requests;
    for (const Operation<GiveBack>* operation : operations)
        requests.push_back(&operation->request);
    TakenLeases leases = take_leases<const GiveBack>(context, requests);
    std::vector<AttemptRow> log;
    std::vector<Place> places;
    std::vector<Place> held;
    for (Operation<GiveBack>* operation : operations) {
        const LeaseRow* lease = leases.take(fence_of(operation->request));
        if (!lease) {
            operation->fail(superseded(operation->request.attempt));
            continue;
        }
        const LeaseRow& row = *lease;
        Place& place = (row.paused_left ? held : places).emplace_back(given_back(row));
        context.moved(
            place.task, place.run, state_of(row),
            row.paused_left ? TaskState::paused : TaskState::pending
        );
        const std::optional<Micros> again_after = operation->request.again_after;
        if (again_after)
            place.run_at = context.now + *again_after;
        if (again_after || keeps_attempt(context, row))
            --place.attempt;
        else
            log.push_back(
                attempt_row(row, AttemptEnd::returned, context.now, operation->request.reason)
            );
        doom_outputs(context, row.place.run, {row.place.task});
        operation->answer(true);
    }
    if (!log.empty())
        context.tables.insert_attempts(log);
    go_back(context, held);
    go_back(context, places);
    if (!held.empty())
        context.tables.insert_held(held);
    context.make_pending(std::move(places), TaskState::pending);
}

} // namespace sluice
