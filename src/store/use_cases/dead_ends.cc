// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/dead_ends.h"

#include "store/outside_tables.h"
#include "store/service_tables.h"
#include "store/use_cases/take_live.h"

#include <algorithm>
#include <map>
#include <set>

namespace sluice {

namespace {

using Ids = std::vector<TaskId>;

std::set<TaskId> final_among(WriteContext& context, const Ids& ids)
{
    std::set<TaskId> final;
    if (!ids.empty())
        for (const DoneRow& row : context.tables.done(ids))
            final.insert(row.task);
    return final;
}

// The parents that are not final.
Ids live_parents(WriteContext& context, const RunRow& run, Ids children)
{
    sort_unique(children);
    Ids parents;
    for (const LinkRow& link : context.tables.links_to(run, children))
        parents.push_back(link.parent);
    sort_unique(parents);
    const std::set<TaskId> final = final_among(context, parents);
    std::erase_if(parents, [&](TaskId id) { return final.contains(id); });
    return parents;
}

// Those of them that have no live child.
Ids without_live_child(WriteContext& context, Ids parents)
{
    if (parents.empty())
        return parents;
    const std::vector<LinkRow> links = context.tables.links_from(parents);
    Ids children;
    for (const LinkRow& link : links)
        children.push_back(link.child);
    sort_unique(children);
    const std::set<TaskId> final = final_among(context, children);
    std::set<TaskId> needed;
    for (const LinkRow& link : links)
        if (!final.contains(link.child))
            needed.insert(link.parent);
    std::erase_if(parents, [&](TaskId id) { return needed.contains(id); });
    return parents;
}

// A task that another batch waits for is no dead end of its own.
void spare_awaited_outside(WriteContext& context, const RunRow& run, Ids& parents)
{
    if (!run.leads_outside || parents.empty())
        return;
    for (const TaskId parent : context.tables.outside().parents_outside(parents))
        std::erase(parents, parent);
}

// A user who removes a paused child does not mean its running parent.
void spare_running(WriteContext& context, const std::vector<Ended>& ended, Ids& parents)
{
    const bool is_removal = std::ranges::any_of(ended, &Ended::was_paused);
    if (!is_removal || parents.empty())
        return;
    for (const LeaseRow& lease : context.tables.leases({nullptr, parents}))
        std::erase(parents, lease.place.task);
}

std::set<TaskId> barriers_among(WriteContext& context, const Ids& tasks)
{
    std::set<TaskId> barriers;
    for (const ServiceTables::Duty& duty : context.tables.service().duties(tasks))
        if (duty.flags & CardRow::dead_end_barrier)
            barriers.insert(duty.task);
    return barriers;
}

} // namespace

bool may_leave_dead_ends(WriteContext& context, const Ended& task)
{
    const RunRow& run = context.runs.at(task.run);
    return context.dead_end_cancel && run.linked && run.kind == RunKind::batch &&
           !task.claimed_at && !task.spares_parents;
}

std::vector<Ended> take_dead_ends(WriteContext& context, const std::vector<Ended>& ended)
{
    std::map<RunId, Ids> by_run;
    for (const Ended& task : ended)
        by_run[task.run].push_back(task.task);
    std::vector<Ended> dead;
    for (auto& [id, children] : by_run) {
        const RunRow& run = context.runs.at(id);
        Ids parents = without_live_child(context, live_parents(context, run, std::move(children)));
        spare_running(context, ended, parents);
        spare_awaited_outside(context, run, parents);
        if (parents.empty())
            continue;
        const std::set<TaskId> barriers = barriers_among(context, parents);
        Affected affected;
        for (Ended& task : take_live(context, {&run, parents}, affected)) {
            task.error = dead_end_reason;
            task.spares_parents = barriers.contains(task.task);
            dead.push_back(std::move(task));
            ++context.tally.dead_ends;
        }
    }
    return dead;
}

} // namespace sluice
