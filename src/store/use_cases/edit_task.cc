// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/edit_task.h"

#include "store/service_tables.h"
#include "store/use_cases/task_gates.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

void edit_card(WriteContext& context, const UpdateTask& request)
{
    std::optional<CardRow> card = context.tables.service().card(request.task);
    if (!card)
        return;
    if (request.metadata)
        card->metadata = *request.metadata == "null" ? std::nullopt : request.metadata;
    if (request.expected_count)
        card->expected_count = request.expected_count;
    if (request.scheduled_at)
        card->scheduled_at = request.scheduled_at;
    context.tables.service().update_card(*card);
    context.touch(request.task);
    if (card->rules && (request.metadata || request.expected_count))
        set_gates(context, {&*card, 1});
}

template <class Standing>
void edit(const UpdateTask& request, std::vector<Standing>& rows)
{
    for (Standing& row : rows) {
        if (request.priority)
            row.nprio = -*request.priority;
        if (request.scheduled_at)
            row.run_at = request.scheduled_at;
    }
}

// In the order in which tasks move. A lease stays: its task has begun.
void edit_places(WriteContext& context, const UpdateTask& request)
{
    const Tables::Selection one{nullptr, {&request.task, 1}};
    std::vector<Place> pending = context.tables.take_timers(one);
    for (const Place& place : context.take_ready(one))
        pending.push_back(place);
    edit(request, pending);
    std::vector<Place> held = context.tables.take_held(one);
    edit(request, held);
    std::vector<NeedRow> needs = context.tables.take_needs(one);
    edit(request, needs);
    if (request.priority) // after the places were taken: they are found through it
        context.tables.service().set_priority(request.task, -*request.priority);
    if (!held.empty())
        context.tables.insert_held(held);
    if (!needs.empty())
        context.tables.insert_needs(needs);
    context.make_pending(std::move(pending), TaskState::pending);
}

std::string summary_of(const UpdateTask& request)
{
    std::string summary;
    const auto add = [&](std::string_view what) {
        summary += summary.empty() ? "" : ", ";
        summary += what;
    };
    if (request.metadata)
        add("metadata");
    if (request.expected_count)
        add(fmt::format("expected_count {}", *request.expected_count));
    if (request.priority)
        add(fmt::format("priority {}", *request.priority));
    if (request.scheduled_at)
        add(fmt::format("scheduled_at {}", format_time(*request.scheduled_at)));
    return summary;
}

} // namespace

void edit_task(WriteContext& context, const UpdateTask& request)
{
    if (request.metadata || request.expected_count || request.scheduled_at)
        edit_card(context, request);
    if (request.priority || request.scheduled_at)
        edit_places(context, request);
    EventRow event;
    event.at = context.now;
    event.run = request.run;
    event.task = request.task;
    event.kind = "edit";
    event.actor = request.actor;
    event.detail = summary_of(request);
    context.tables.insert_events({&event, 1});
}

} // namespace sluice
