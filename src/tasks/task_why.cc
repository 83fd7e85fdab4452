// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "tasks/task_history.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

std::string by(const std::vector<EventRow>& events, std::string_view kind)
{
    for (auto event = events.rbegin(); event != events.rend(); ++event)
        if (event->kind == kind && !event->actor.empty())
            return fmt::format(" by {}", printable(event->actor));
    return "";
}

TaskWhy final_task(const TaskHistory& history)
{
    const Reads::Task& task = history.view.task;
    std::string text = fmt::format("it is final: {}", name(task.state));
    if (task.done && !task.done->error.empty())
        text += fmt::format(" ({})", printable(task.done->error));
    return {std::move(text), {}, {}, {}};
}

TaskWhy leased_task(const LeaseRow& lease)
{
    if (lease.started_at)
        return {
            fmt::format(
                "it runs: attempt {} since {}", lease.place.attempt, format_time(*lease.started_at)
            ),
            {},
            {},
            {}};
    return {
        fmt::format(
            "attempt {} is being started: its webhook has not been accepted yet",
            lease.place.attempt
        ),
        {},
        {},
        {}};
}

TaskWhy waiting_task(const TaskHistory& history)
{
    TaskWhy why;
    for (const ParentTask& parent : history.parents)
        if (!is_final(parent.task.state))
            why.parents.push_back(&parent);
    why.text = fmt::format("it waits for {} unfinished parents", why.parents.size());
    return why;
}

bool holds_up(const GateView& gate)
{
    return gate.maximum < 0 || gate.total >= gate.maximum;
}

std::string rule_text(const GateView& gate)
{
    if (gate.maximum < 0)
        return "a rule cannot judge it: its metadata or its expected_count lacks what the rule "
               "asks, or the rule was stored and is deleted";
    const std::string_view what = gate.signature.use == MatchUse::sum ? "units are left in" : "are";
    return fmt::format(
        "a rule for kind '{}' holds it up: {} {} {}, {} may be", printable(gate.signature.kind),
        gate.total, what, name(gate.signature.status), gate.maximum
    );
}

TaskWhy pending_task(const TaskHistory& history, Time now)
{
    TaskWhy why;
    const std::optional<Place>& place = history.view.task.place;
    if (place && place->run_at && *place->run_at > now) {
        why.not_before = place->run_at;
        const bool is_retry = place->tries > 0;
        why.text = fmt::format(
            "{} {}", is_retry ? "it has failed and is tried again at" : "it is scheduled for",
            format_time(*place->run_at)
        );
        return why;
    }
    for (const GateView& gate : history.gates)
        if (holds_up(gate)) {
            why.text += (why.rules.empty() ? "" : "; ") + rule_text(gate);
            why.rules.push_back(&gate);
        }
    if (why.rules.empty())
        why.text = "it is ready and is started as soon as there is room for its target's host";
    return why;
}

} // namespace

TaskWhy why(const TaskHistory& history, Time now)
{
    const Reads::Task& task = history.view.task;
    if (is_final(task.state))
        return final_task(history);
    if (task.state == TaskState::paused)
        return {"it is paused" + by(history.events, "pause"), {}, {}, {}};
    if (task.lease)
        return leased_task(*task.lease);
    if (task.state == TaskState::waiting)
        return waiting_task(history);
    return pending_task(history, now);
}

} // namespace sluice
