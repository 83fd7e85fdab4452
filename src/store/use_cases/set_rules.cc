// SPDX-License-Identifier: Apache-2.0
// set rules: other rules for tasks that are not final. Those that wait are decided on anew; what
// runs, runs on.
#include "store/use_cases/last_update.h"
#include "store/use_cases/task_gates.h"

#include <fmt/format.h>

#include <set>

namespace sluice {

namespace {

void note_change_of(WriteContext& context, const std::vector<CardRow>& cards)
{
    std::vector<TaskId> tasks;
    for (const CardRow& card : cards)
        tasks.push_back(card.task);
    sort_unique(tasks);
    const std::vector<LeaseRow> leases = context.tables.leases({nullptr, tasks});
    std::set<TaskId> leased;
    for (const LeaseRow& lease : leases)
        leased.insert(lease.place.task);
    std::erase_if(tasks, [&](TaskId task) { return leased.contains(task); });
    note_change(context, std::move(tasks));
    note_change_of_leased(context, leases);
}

} // namespace

void run(WriteContext& context, Operations<SetRules> operations)
{
    for (Operation<SetRules>* operation : operations) {
        const SetRules& request = operation->request;
        const RunRow& run = context.runs.at(request.run);
        if (const auto missing = missing_rule(context, request.rules)) {
            operation->fail(*missing);
            continue;
        }
        std::vector<CardRow> cards;
        if (!is_over(run))
            cards = context.tables.rules().cards_of_run(
                run.id, run.task_first, run.task_last, request.kind
            );
        for (CardRow& card : cards)
            card.rules = request.rules == "[]" ? std::nullopt : std::optional(request.rules);
        if (!cards.empty()) {
            set_gates(context, cards);
            note_change_of(context, cards);
        }
        EventRow event;
        event.at = context.now;
        event.run = run.id;
        event.kind = "rules";
        event.actor = request.actor;
        event.detail = fmt::format("kind {}: {}", request.kind, request.rules);
        context.tables.insert_events({&event, 1});
        operation->answer(cards.size());
    }
}

} // namespace sluice
