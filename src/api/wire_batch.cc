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

Json link_json(const LinkRow& link, const std::string& parent, const std::string& child)
{
    return Json{
        {"parent_id", parent},
        {"child_id", child},
        {"requires_success", link.condition == LinkCondition::on_success},
        {"condition", link_condition_names.name(link.condition)}};
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

void add_tasks(std::string& text, const std::vector<TaskView>& tasks, const SpellId& spell)
{
    for (const TaskView& task : tasks)
        add_element(text, light_task_json(task, spell));
}

void add_links(
    std::string& text, const std::vector<LinkRow>& links, Time created_at, const SpellId& spell
)
{
    for (const LinkRow& link : links) {
        const std::string parent = spell(UidKind::task, created_at, link.parent.value);
        const std::string child = spell(UidKind::task, created_at, link.child.value);
        add_element(text, link_json(link, parent, child));
    }
}

void add_outside_links(
    std::string& text, const std::vector<OutsideLinkView>& links, Time created_at,
    const SpellId& spell
)
{
    for (const auto& [link, parent_created_at] : links) {
        const std::string parent = spell(UidKind::task, parent_created_at, link.parent.value);
        const std::string child = spell(UidKind::task, created_at, link.child.value);
        add_element(text, link_json(link, parent, child));
    }
}

} // namespace sluice
