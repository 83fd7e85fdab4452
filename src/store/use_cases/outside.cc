// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/outside.h"

#include "store/outside_tables.h"
#include "store/use_cases/propagation.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sluice {

namespace {

// One settlement after the other: a child that several of its parents leave hears the strongest.
Verdicts verdicts_of(std::span<const Settlement> settlements)
{
    Verdicts verdicts;
    for (const Settlement& settlement : settlements)
        add_verdict(
            verdicts, settlement.link,
            {settlement.link.parent, settlement.run, settlement.outcome,
             settlement.parent_created_at}
        );
    return verdicts;
}

void apply_to_children(WriteContext& context, std::span<const Settlement> settlements)
{
    const Verdicts verdicts = verdicts_of(settlements);
    std::vector<Ended> ended = settle(context, verdicts);
    end_tasks(context, std::move(ended));
}

// Those of runs that could not be locked.
void move_others(
    WriteContext& context, std::vector<Settlement>& settlements, std::vector<Settlement>& others
)
{
    const auto is_other = [&](const Settlement& one) { return !context.runs.find(one.run); };
    std::ranges::copy_if(settlements, std::back_inserter(others), is_other);
    std::erase_if(settlements, is_other);
}

} // namespace

std::map<TaskId, TaskState>
ended_parents(WriteContext& context, std::span<const Submit::OutsideLink> links)
{
    std::map<TaskId, TaskState> ended;
    std::vector<TaskId> parents;
    for (const Submit::OutsideLink& link : links) {
        if (is_over(context.runs.at(link.parent_run)))
            ended[link.parent] = TaskState::canceled; // unless its row says otherwise
        parents.push_back(link.parent);
    }
    sort_unique(parents);
    for (const DoneRow& row : context.tables.done(parents))
        ended[row.task] = row.outcome;
    return ended;
}

void tell_outside(WriteContext& context, const RunRow& run, const std::vector<Parent>& parents)
{
    if (!run.leads_outside)
        return;
    std::map<TaskId, TaskState> outcomes;
    std::vector<TaskId> ids;
    for (const Parent& parent : parents)
        if (parent.run == run.id) {
            outcomes.emplace(parent.task, parent.outcome);
            ids.push_back(parent.task);
        }
    sort_unique(ids);
    for (const OutsideLink& link : context.tables.outside().take_outside_links(ids))
        context.settlements.push_back(
            {link.link, link.run, outcomes.at(link.link.parent), run.created_at}
        );
}

void settle_outside(WriteContext& context)
{
    std::vector<Settlement> left;
    while (!context.settlements.empty()) {
        std::vector<Settlement> settlements = std::exchange(context.settlements, {});
        std::vector<RunId> runs;
        for (const Settlement& settlement : settlements)
            runs.push_back(settlement.run);
        context.lock_runs(std::move(runs));
        move_others(context, settlements, left);
        // What lives in a run that is over is the sweep's.
        std::erase_if(settlements, [&](const Settlement& settlement) {
            return is_over(context.runs.at(settlement.run));
        });
        if (!settlements.empty())
            apply_to_children(context, settlements); // which may leave others, of further runs
    }
    if (left.empty())
        return;
    context.tables.outside().insert_settlements(left);
    context.changes.sweep = true;
}

void run(WriteContext& context, Operations<Settle> operations)
{
    for (Operation<Settle>* operation : operations) {
        OutsideTables& tables = context.tables.outside();
        const std::vector<RunId> runs = tables.unsettled_runs(operation->request.limit);
        context.lock_runs(runs);
        std::size_t count = 0;
        for (const RunId run : runs) {
            if (!context.runs.find(run))
                continue;
            for (Settlement& settlement : tables.take_settlements(run)) {
                context.settlements.push_back(settlement);
                ++count;
            }
        }
        operation->answer(count);
    }
}

} // namespace sluice
