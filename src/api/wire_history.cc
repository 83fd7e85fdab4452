// SPDX-License-Identifier: Apache-2.0
#include "api/wire_history.h"

#include "api/wire_values.h"
#include "model/task/task_words.h"

namespace sluice {

namespace {

std::string id_of(const TaskHistory& history, TaskId task, const SpellId& spell)
{
    return spell(UidKind::task, history.view.run_created_at, task.value);
}

constexpr EnumNames<WhyReason, 9> reason_names{
    {{WhyReason::parents, "parents"},
     {WhyReason::rules, "rules"},
     {WhyReason::scheduled, "scheduled"},
     {WhyReason::retry, "retry"},
     {WhyReason::paused, "paused"},
     {WhyReason::no_starter, "no_starter"},
     {WhyReason::claimed, "claimed"},
     {WhyReason::running, "running"},
     {WhyReason::final, "final"}}};

Json entry_json(const TimelineEntry& entry)
{
    return Json{
        {"at", format_time(entry.at)},
        {"event", entry.event},
        {"actor", text_or_null(entry.actor)},
        {"attempt", entry.attempt > 0 ? Json(entry.attempt) : Json()},
        {"status", entry.state ? Json(task_status_names.name(*entry.state)) : Json()},
        {"detail", text_or_null(entry.detail)}};
}

// As the rule is written, with how it stands.
Json rule_json(const GateView& gate, const SpellId& spell)
{
    Json holders = Json::array();
    for (const GateView::Holder& holder : gate.holders)
        holders.push_back(spell(UidKind::task, holder.run_created_at, holder.task.value));
    const bool is_sum = gate.signature.use == MatchUse::sum;
    return Json{
        {"type", is_sum ? "Capacity" : "Concurency"},
        {"maximum", gate.maximum < 0 ? Json() : Json(gate.maximum)},
        {"now", gate.total},
        {"matcher",
         {{"status", task_status_names.name(gate.signature.status)},
          {"kind", gate.signature.kind},
          {"fields", gate.signature.fields}}},
        {"holders", std::move(holders)}};
}

} // namespace

Json timeline_json(const TaskHistory& history, const SpellId& spell)
{
    Json events = Json::array();
    for (const TimelineEntry& entry : timeline(history))
        events.push_back(entry_json(entry));
    return Json{
        {"task_id", id_of(history, history.view.card.task, spell)}, {"events", std::move(events)}};
}

Json why_json(const TaskHistory& history, Time now, const SpellId& spell)
{
    const TaskWhy answer = why(history, now);
    Json parents = Json::array();
    for (const ParentTask* parent : answer.parents)
        parents.push_back(Json{
            {"id", spell(UidKind::task, parent->run_created_at, parent->task.row.id.value)},
            {"status", task_status_names.name(parent->task.state)}});
    Json rules = Json::array();
    for (const GateView* gate : answer.rules)
        rules.push_back(rule_json(*gate, spell));
    return Json{
        {"task_id", id_of(history, history.view.card.task, spell)},
        {"status", task_status_names.name(history.view.task.state)},
        {"reason", reason_names.name(answer.reason)},
        {"why", answer.text},
        {"parents", std::move(parents)},
        {"rules", std::move(rules)},
        {"not_before", answer.not_before ? Json(format_time(*answer.not_before)) : Json()},
        {"paused_by", answer.pause ? text_or_null(answer.pause->actor) : Json()},
        {"paused_at", answer.pause ? Json(format_time(answer.pause->at)) : Json()}};
}

} // namespace sluice
