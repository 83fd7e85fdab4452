// SPDX-License-Identifier: Apache-2.0
// The history of a task, read from its rows: none of it is written for this purpose alone. Of a
// life before a retry the end is not kept.
#include "model/webhook/trigger.h"
#include "tasks/task_history.h"
#include "tasks/timeline_states.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sluice {

namespace {

using Entries = std::vector<TimelineEntry>;

void add_start(
    Entries& entries, int attempt, std::optional<Time> claimed_at, std::optional<Time> started_at
)
{
    if (claimed_at)
        entries.push_back({*claimed_at, "claimed", "", attempt, TaskState::claimed, ""});
    if (started_at)
        entries.push_back({*started_at, "started", "", attempt, TaskState::running, ""});
}

void add_attempts(Entries& entries, const std::vector<AttemptRow>& attempts)
{
    for (const AttemptRow& row : attempts) {
        add_start(entries, row.attempt, row.claimed_at, row.started_at);
        entries.push_back(
            {row.finished_at, "attempt " + std::string(name(row.end)), "", row.attempt,
             TaskState::pending, row.error}
        );
    }
}

void add_last_attempt(Entries& entries, const Reads::Task& task)
{
    if (task.lease)
        add_start(
            entries, task.lease->place.attempt, task.lease->claimed_at, task.lease->started_at
        );
    if (!task.done)
        return;
    const DoneRow& done = *task.done;
    add_start(entries, done.attempt, done.claimed_at, done.started_at);
    entries.push_back({done.finished_at, "ended", "", done.attempt, done.outcome, done.error});
}

// Whose report, or cancel, the end of an attempt is.
void name_reporter(Entries& entries, const EventRow& event)
{
    for (TimelineEntry& entry : entries)
        if (entry.at == event.at && (entry.event == "ended" || entry.event == "attempt failed"))
            entry.actor = event.actor;
}

void add_events(Entries& entries, const std::vector<EventRow>& events)
{
    for (const EventRow& event : events) {
        if (event.kind == "submit")
            continue; // it was created
        if (event.kind == "report" || event.kind == "cancel")
            name_reporter(entries, event);
        if (event.kind == "report")
            continue;
        const std::string whose = event.task ? "" : "batch ";
        entries.push_back({event.at, whose + event.kind, event.actor, 0, {}, event.detail});
    }
}

// When the last of its parents ended, if that made it pending.
void add_release(Entries& entries, const TaskHistory& history)
{
    const ParentsEnded& ended = history.parents_ended;
    if (!ended.last_at || ended.ended < ended.parents || history.view.task.need)
        return; // it has no parents, or still waits
    const std::optional<DoneRow>& done = history.view.task.done;
    if (!done || done->finished_at > *ended.last_at)
        entries.push_back({*ended.last_at, "parents ended", "", 0, TaskState::pending, ""});
}

std::string_view word_of(DeliveryStatus status)
{
    switch (status) {
    case DeliveryStatus::waiting:
        return "failed, to be tried again";
    case DeliveryStatus::delivered:
        return "delivered";
    case DeliveryStatus::dead:
        break;
    }
    return "dead";
}

void add_deliveries(Entries& entries, const std::vector<ServiceReads::DeliveryView>& deliveries)
{
    for (const ServiceReads::DeliveryView& view : deliveries) {
        const DeliveryRow& row = view.row;
        const std::string what = fmt::format("{}[{}]", member_name(row.trigger), row.position);
        entries.push_back({row.created_at, "webhook owed", "", row.attempt, {}, what});
        if (row.tries == 0)
            continue;
        std::string detail = fmt::format("{}: {} tries", what, row.tries);
        if (row.answered)
            detail += fmt::format(", answer {}", *row.answered);
        if (!row.reason.empty())
            detail += ", " + row.reason;
        entries.push_back(
            {row.updated_at,
             fmt::format("webhook {}", word_of(row.status)),
             "",
             row.attempt,
             {},
             std::move(detail)}
        );
    }
}

// A cancel comes before what follows from it at the same moment.
bool comes_before(const TimelineEntry& a, const TimelineEntry& b)
{
    const auto follows = [](const TimelineEntry& entry) {
        return !entry.event.ends_with("cancel");
    };
    return std::pair(a.at, follows(a)) < std::pair(b.at, follows(b));
}

} // namespace

std::vector<TimelineEntry> timeline(const TaskHistory& history)
{
    Entries entries;
    entries.push_back(
        {history.view.run_created_at,
         "created",
         history.view.card.requester.value_or(""),
         0,
         {},
         ""}
    );
    add_release(entries, history);
    add_attempts(entries, history.attempts);
    add_last_attempt(entries, history.view.task);
    add_events(entries, history.events);
    add_deliveries(entries, history.deliveries);
    std::ranges::stable_sort(entries, comes_before);
    fill_in_states(history, entries);
    return entries;
}

} // namespace sluice
