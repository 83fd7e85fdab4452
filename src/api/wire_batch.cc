// SPDX-License-Identifier: Apache-2.0
#include "api/wire_batch.h"

#include "api/wire_values.h"
#include "base/text.h"
#include "model/task/task_words.h"

#include <numeric>

namespace sluice {

namespace {

std::string batch_id(const BatchView& batch, const SpellId& spell)
{
    return spell(UidKind::run, batch.run.created_at, batch.run.id.value);
}

std::int64_t total(const StateCounts& counts)
{
    return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

} // namespace

Json status_counts_json(const StateCounts& counts)
{
    Json json = Json::object();
    for (const auto& [state, word] : task_status_names.entries)
        json[to_lower(word)] = counts[static_cast<std::size_t>(state)];
    return json;
}

Json batch_json(const BatchView& batch, const SpellId& spell)
{
    return Json{
        {"batch_id", batch_id(batch, spell)},
        {"total_tasks", total(batch.counts)},
        {"total_success", batch.success},
        {"total_failures", batch.failures},
        {"total_expected", value_or_null(batch.expected)},
        {"status_counts", status_counts_json(batch.counts)}};
}

Json listed_batch_json(const BatchView& batch, const SpellId& spell)
{
    return Json{
        {"batch_id", batch_id(batch, spell)},
        {"total_tasks", total(batch.counts)},
        {"first_created_at", format_time(batch.run.created_at)},
        {"latest_updated_at", format_time(batch.updated_at)},
        {"status_counts", status_counts_json(batch.counts)},
        {"kinds", batch.kinds}};
}

Json group_json(const GroupView& group)
{
    return Json{
        {"group_id", group.id},
        {"total_tasks", total(group.counts)},
        {"total_success", group.success},
        {"total_failures", group.failures},
        {"total_expected", value_or_null(group.expected)},
        {"status_counts", status_counts_json(group.counts)}};
}

Json listed_group_json(const GroupView& group)
{
    return Json{
        {"group_id", group.id},
        {"total_tasks", total(group.counts)},
        {"first_created_at", format_time(group.created_at)},
        {"latest_updated_at", format_time(group.updated_at)},
        {"status_counts", status_counts_json(group.counts)},
        {"kinds", group.kinds}};
}

Json canceled_json(Json of, const Affected& affected)
{
    of["canceled_waiting"] = affected.waiting;
    of["canceled_pending"] = affected.pending;
    of["canceled_claimed"] = affected.claimed;
    of["canceled_running"] = affected.running;
    of["canceled_paused"] = affected.paused;
    of["already_terminal"] = affected.final;
    return of;
}

Json paused_json(Json of, const Affected& affected)
{
    of["paused_waiting"] = affected.waiting;
    of["paused_pending"] = affected.pending;
    of["paused_claimed"] = affected.claimed;
    of["paused_running"] = affected.running;
    return of;
}

Json resumed_json(Json of, const Affected& affected)
{
    of["resumed"] = affected.paused;
    return of;
}

Json dag_json(
    const std::vector<TaskView>& tasks, const std::vector<LinkRow>& links, const SpellId& spell
)
{
    Json nodes = Json::array();
    for (const TaskView& task : tasks)
        nodes.push_back(light_task_json(task, spell));
    Json edges = Json::array();
    for (const LinkRow& link : links) {
        const Time created_at = tasks.front().run_created_at;
        edges.push_back(Json{
            {"parent_id", spell(UidKind::task, created_at, link.parent.value)},
            {"child_id", spell(UidKind::task, created_at, link.child.value)},
            {"requires_success", link.condition == LinkCondition::on_success},
            {"condition", link_condition_names.name(link.condition)}});
    }
    return Json{{"tasks", std::move(nodes)}, {"links", std::move(edges)}};
}

} // namespace sluice
