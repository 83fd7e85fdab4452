// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/debts.h"

#include "store/meter.h"
#include "store/service_tables.h"
#include "store/use_cases/context.h"

#include <algorithm>
#include <map>

namespace sluice {

namespace {

using Duty = ServiceTables::Duty;

void add(std::vector<DeliveryRow>& chain, const Debt& debt, Trigger trigger, int actions, Time now)
{
    for (int position = 0; position < actions; ++position) {
        DeliveryRow& row = chain.emplace_back();
        row.task = debt.task;
        row.run = debt.run;
        row.attempt = debt.attempt;
        row.trigger = trigger;
        row.position = position;
        row.created_at = now;
        row.updated_at = now;
    }
}

std::vector<DeliveryRow> chain_of(const Debt& debt, const Duty& duty, Time now)
{
    std::vector<DeliveryRow> chain;
    if (debt.tells_target)
        add(chain, debt, Trigger::cancel, duty.cancel_actions, now);
    if (debt.end == Trigger::success)
        add(chain, debt, Trigger::success, duty.success_actions, now);
    if (debt.end == Trigger::failure)
        add(chain, debt, Trigger::failure, duty.failure_actions, now);
    return chain;
}

// Chains of deliveries; the first of each is owed now.
void insert(WriteContext& context, std::vector<std::vector<DeliveryRow>> chains)
{
    std::size_t count = 0;
    for (const auto& chain : chains)
        count += chain.size();
    if (count == 0)
        return;
    const std::vector<std::int64_t> ids =
        context.tables.next_ids(Tables::Sequence::delivery, count);
    std::vector<DeliveryRow> rows;
    std::vector<ServiceTables::Owed> owed;
    for (auto& chain : chains) {
        if (!chain.empty())
            owed.push_back({DeliveryId{ids[rows.size()]}, context.now});
        for (std::size_t i = 0; i < chain.size(); ++i) {
            chain[i].id = DeliveryId{ids[rows.size()]};
            if (i + 1 < chain.size())
                chain[i].next = DeliveryId{ids[rows.size() + 1]};
            rows.push_back(std::move(chain[i]));
        }
    }
    context.tables.service().insert_deliveries(rows);
    context.tables.service().insert_owed(owed);
    context.changes.owed = true;
}

void note_end(Tally& tally, const Debt& debt, const Duty& duty)
{
    if (debt.end && debt.waited)
        tally.begins.push_back({duty.kind, *debt.waited});
    if (debt.end == Trigger::success)
        tally.ends.push_back({duty.kind, TaskState::succeeded, debt.ran});
    if (debt.end == Trigger::failure)
        tally.ends.push_back({duty.kind, TaskState::failed, debt.ran});
}

} // namespace

void settle_debts(WriteContext& context)
{
    if (context.debts.empty())
        return;
    std::vector<TaskId> tasks;
    for (const Debt& debt : context.debts)
        tasks.push_back(debt.task);
    sort_unique(tasks);
    std::map<TaskId, Duty> duties;
    for (const Duty& duty : context.tables.service().duties(tasks))
        duties.emplace(duty.task, duty);

    std::vector<std::vector<DeliveryRow>> chains;
    for (const Debt& debt : context.debts)
        if (const auto duty = duties.find(debt.task); duty != duties.end()) {
            note_end(context.tally, debt, duty->second);
            chains.push_back(chain_of(debt, duty->second, context.now));
        }
    context.debts.clear();
    insert(context, std::move(chains));
}

void owe_follow_ups(
    WriteContext& context, const DeliveryRow& of, const std::vector<FollowUpAction>& actions
)
{
    if (actions.empty())
        return;
    std::vector<DeliveryRow> chain;
    for (const FollowUpAction& action : actions) {
        DeliveryRow& row = chain.emplace_back();
        row.task = of.task;
        row.run = of.run;
        row.attempt = of.attempt;
        row.trigger = of.trigger;
        row.position = of.position;
        row.created_at = context.now;
        row.updated_at = context.now;
        row.action = action.action;
        row.key = action.key;
    }
    insert(context, {std::move(chain)});
}

void owe_follow_ups(WriteContext& context, const StartAnswer& answer)
{
    DeliveryRow of;
    of.task = answer.task;
    of.run = answer.run;
    of.attempt = answer.attempt;
    of.trigger = Trigger::start;
    owe_follow_ups(context, of, answer.follow_ups);
}

void owe_late_follow_ups(WriteContext& context, const StartAnswer& answer, const DoneRow& done)
{
    const bool is_reported =
        done.outcome == TaskState::succeeded || done.outcome == TaskState::failed;
    if (answer.follow_ups.empty() || !is_reported || done.attempt != answer.attempt ||
        done.worker != answer.worker)
        return;
    const std::vector<std::string> owed = context.tables.service().follow_up_keys(answer.task);
    if (std::ranges::find(owed, answer.follow_ups.front().key) == owed.end())
        owe_follow_ups(context, answer);
}

} // namespace sluice
