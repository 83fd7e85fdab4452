// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "model/task/task_words.h"
#include "tasks/task_history.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

TaskWhy answer(WhyReason reason, std::string text)
{
    TaskWhy why;
    why.reason = reason;
    why.text = std::move(text);
    return why;
}

TaskWhy final_task(const TaskHistory& history)
{
    const Reads::Task& task = history.view.task;
    std::string text = fmt::format("it is final: {}", task_status_names.name(task.state));
    if (task.done && !task.done->error.empty())
        text += fmt::format(" ({})", printable(task.done->error));
    return answer(WhyReason::final, std::move(text));
}

TaskWhy paused_task(const TaskHistory& history)
{
    TaskWhy why = answer(WhyReason::paused, "it is paused");
    const auto pause =
        std::find_if(history.events.rbegin(), history.events.rend(), [](const EventRow& event) {
            return event.kind == "pause";
        });
    if (pause == history.events.rend())
        return why;
    why.pause = &*pause;
    if (!pause->actor.empty())
        why.text += fmt::format(" by {}", printable(pause->actor));
    return why;
}

TaskWhy leased_task(const LeaseRow& lease)
{
    const int attempt = lease.place.attempt;
    if (lease.started_at)
        return answer(
            WhyReason::running,
            fmt::format("it runs: attempt {} since {}", attempt, format_time(*lease.started_at))
        );
    return answer(
        WhyReason::claimed,
        fmt::format("attempt {} is being started: its webhook has not been accepted yet", attempt)
    );
}

TaskWhy waiting_task(const TaskHistory& history)
{
    TaskWhy why = answer(WhyReason::parents, "");
    for (const ParentTask& parent : history.parents)
        if (!is_final(parent.task.state))
            why.parents.push_back(&parent);
    why.text = fmt::format("it waits for {} unfinished parents", why.parents.size());
    return why;
}

// What the start of the task adds to a count: it has the values that its own rule looks at.
std::int64_t change_of(const GateView& gate, const CardRow& card)
{
    if (gate.signature.kind != card.kind)
        return 0;
    if (gate.signature.status == TaskState::pending)
        return -1;
    const bool is_counted =
        gate.signature.status == TaskState::running || gate.signature.status == TaskState::claimed;
    return is_counted ? 1 : 0;
}

// As GateCheck judges it.
bool holds_up(const GateView& gate, const CardRow& card)
{
    if (gate.maximum < 0)
        return true;
    if (gate.signature.use == MatchUse::sum)
        return gate.total >= gate.maximum;
    return gate.total + change_of(gate, card) > gate.maximum;
}

std::string rule_text(const GateView& gate)
{
    if (gate.maximum < 0)
        return "a rule cannot judge it: its metadata or its expected_count lacks what the rule "
               "asks, or the rule was stored and is deleted";
    const std::string_view what = gate.signature.use == MatchUse::sum ? "units are left in" : "are";
    return fmt::format(
        "a rule for kind '{}' holds it up: {} {} {}, {} may be", printable(gate.signature.kind),
        gate.total, what, task_status_names.name(gate.signature.status), gate.maximum
    );
}

TaskWhy pending_task(const TaskHistory& history, Time now)
{
    TaskWhy why;
    const std::optional<Place>& place = history.view.task.place;
    if (place && place->run_at && *place->run_at > now) {
        why.not_before = place->run_at;
        const bool is_retry = place->tries > 0;
        why.reason = is_retry ? WhyReason::retry : WhyReason::scheduled;
        why.text = fmt::format(
            "{} {}", is_retry ? "it has failed and is tried again at" : "it is scheduled for",
            format_time(*place->run_at)
        );
        return why;
    }
    for (const GateView& gate : history.gates)
        if (holds_up(gate, history.view.card)) {
            why.text += (why.rules.empty() ? "" : "; ") + rule_text(gate);
            why.rules.push_back(&gate);
        }
    why.reason = why.rules.empty() ? WhyReason::no_starter : WhyReason::rules;
    if (why.rules.empty())
        why.text = "it is ready; a server that starts tasks and has room for its target's host "
                   "takes it";
    return why;
}

} // namespace

TaskWhy why(const TaskHistory& history, Time now)
{
    const Reads::Task& task = history.view.task;
    if (is_final(task.state))
        return final_task(history);
    if (task.state == TaskState::paused)
        return paused_task(history);
    if (task.lease)
        return leased_task(*task.lease);
    if (task.state == TaskState::waiting)
        return waiting_task(history);
    return pending_task(history, now);
}

} // namespace sluice
