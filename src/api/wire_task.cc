// SPDX-License-Identifier: Apache-2.0
#include "api/wire_task.h"

#include "api/named_uid.h"
#include "api/wire_values.h"
#include "model/task/task_payload.h"
#include "model/task/task_words.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

constexpr Trigger triggers[] = {
    Trigger::start, Trigger::success, Trigger::failure, Trigger::cancel};

std::string task_id(const TaskView& view, const SpellId& spell)
{
    return spell(UidKind::task, view.run_created_at, view.card.task.value);
}

// The current attempt, or the last one; 0 before the first.
int attempt_of(const Reads::Task& task)
{
    if (task.done)
        return task.done->attempt;
    if (task.lease)
        return task.lease->place.attempt;
    if (task.place)
        return task.place->attempt;
    return task.need ? task.need->attempt : 0;
}

// Those so far that have used up none of its tries: before a retry of a user, or interrupted.
int free_attempts(const Reads::Task& task)
{
    if (task.lease)
        return task.lease->place.attempt - 1 - task.lease->place.tries;
    if (task.place)
        return task.place->attempt - task.place->tries;
    if (!task.done)
        return task.need ? task.need->attempt : 0;
    const DoneRow& done = *task.done;
    // One that has failed is among the tries, any other last one is beside them.
    const bool is_beside = done.claimed_at && done.outcome != TaskState::failed;
    return done.attempt - done.tries - (is_beside ? 1 : 0);
}

std::optional<Time> started_at(const Reads::Task& task)
{
    if (task.done)
        return task.done->started_at;
    return task.lease ? task.lease->started_at : std::nullopt;
}

std::optional<Time> next_retry_at(const Reads::Task& task)
{
    const bool is_retry = task.state == TaskState::pending && task.place && task.place->tries > 0;
    return is_retry ? task.place->run_at : std::nullopt;
}

Time last_updated(const TaskView& view)
{
    Time last = view.run_created_at;
    if (view.task.lease)
        last =
            std::max({last, view.task.lease->claimed_at, view.task.lease->started_at.value_or(last)}
            );
    if (view.task.done)
        last = std::max(last, view.task.done->finished_at);
    if (view.progress)
        last = std::max(last, view.progress->updated_at);
    return last;
}

// Why it ended as it did is more than what its target said on the way.
Json failure_reason(const TaskView& view)
{
    if (view.task.done && !view.task.done->error.empty())
        return view.task.done->error;
    return view.progress ? value_or_null(view.progress->failure_reason) : Json();
}

Json member_or_null(const Json& object, const char* key)
{
    const auto member = object.find(key);
    return member == object.end() ? Json() : *member;
}

Json action_json(const Json& action, std::string_view task, Trigger trigger, std::size_t position)
{
    const Json kind = member_or_null(action, "kind");
    Json json{
        {"id", action_id(task, trigger, position)},
        {"kind", kind.is_null() ? Json("Webhook") : kind},
        {"trigger", name(trigger)},
        {"condition", condition_json(trigger)},
        {"params", member_or_null(action, "params")}};
    for (const char* key : {"ref", "retry", "timeout", "when"})
        if (action.contains(key))
            json[key] = action[key];
    return json;
}

// Cancel actions that the target registered when it accepted stand behind the task's own.
Result<Json> actions_json(const TaskView& view, const TaskPayload& payload, std::string_view task)
{
    Json list = Json::array();
    std::size_t position = 0;
    for (const Trigger trigger : triggers) {
        position = 0;
        for (const Json* action : payload.actions(trigger))
            list.push_back(action_json(*action, task, trigger, position++));
    }
    if (!view.progress || view.progress->cancel_actions.empty())
        return json_result(std::move(list));
    const Result<Json> registered = parse_json(view.progress->cancel_actions);
    if (!registered)
        return Error{Errc::corrupt, "cancel actions: " + registered.error().detail};
    for (const Json& action : *registered)
        list.push_back(action_json(action, task, Trigger::cancel, position++));
    return json_result(std::move(list));
}

Result<Json> metadata_json(const CardRow& card)
{
    if (!card.metadata)
        return json_result(Json());
    Result<Json> metadata = parse_json(*card.metadata);
    if (!metadata)
        return Error{Errc::corrupt, "metadata: " + metadata.error().detail};
    return metadata;
}

bool has(const CardRow& card, CardRow::Flag flag)
{
    return (card.flags & flag) != 0;
}

// What it was at its birth. Rows about what came later are left out.
TaskView as_created(TaskView view)
{
    if (view.task.state != TaskState::waiting)
        view.task.state = TaskState::pending;
    view.task.place.reset();
    view.task.need.reset();
    view.task.lease.reset();
    view.task.done.reset();
    view.progress.reset();
    view.card.deleted_at.reset();
    return view;
}

} // namespace

Json light_task_json(const TaskView& view, const SpellId& spell)
{
    const CardRow& card = view.card;
    const Reads::Task& task = view.task;
    const std::int64_t success = view.progress ? view.progress->success : 0;
    const std::int64_t failures = view.progress ? view.progress->failures : 0;
    const std::optional<Time> ended_at =
        task.done ? std::optional(task.done->finished_at) : std::nullopt;
    return Json{
        {"id", task_id(view, spell)},
        {"name", card.name},
        {"kind", card.kind},
        {"status", task_status_names.name(task.state)},
        {"created_at", format_time(view.run_created_at)},
        {"started_at", time_or_null(started_at(task))},
        {"success", success},
        {"failures", failures},
        {"expected_count", value_or_null(card.expected_count)},
        {"ended_at", time_or_null(ended_at)},
        {"batch_id", spell(UidKind::run, view.run_created_at, card.run.value)},
        {"dead_end_barrier", has(card, CardRow::dead_end_barrier)},
        {"priority", -task.row.nprio},
        {"group_id", value_or_null(card.group)},
        {"attempt", attempt_of(task)},
        {"scheduled_at", time_or_null(card.scheduled_at)}};
}

Result<Json> task_json(const TaskView& view, const Json& spec, const SpellId& spell)
{
    const Result<TaskPayload> payload = TaskPayload::read(view.task.row.payload, spec);
    if (!payload)
        return payload.error();
    Result<Json> actions = actions_json(view, *payload, task_id(view, spell));
    if (!actions)
        return actions;
    Result<Json> metadata = metadata_json(view.card);
    if (!metadata)
        return metadata;
    Result<Json> rules = parse_json(view.card.rules.value_or("[]"));
    if (!rules)
        return Error{Errc::corrupt, "a task's rules: " + rules.error().detail};
    const Result<Retry> retry = parse_retry(view.task.row.retry);
    if (!retry)
        return retry.error();

    const Micros timeout = view.task.row.timeout.value_or(Micros{0});
    Json json = light_task_json(view, spell);
    json["timeout"] = std::chrono::floor<std::chrono::seconds>(timeout).count();
    json["rules"] = std::move(*rules);
    json["metadata"] = std::move(*metadata);
    json["actions"] = std::move(*actions);
    json["last_updated"] = format_time(last_updated(view));
    json["failure_reason"] = failure_reason(view);
    json["retry"] = payload->retry();
    json["max_attempts"] = retry->tries_max + std::max(free_attempts(view.task), 0);
    json["next_retry_at"] = time_or_null(next_retry_at(view.task));
    json["requester"] = value_or_null(view.card.requester);
    json["deleted_at"] = time_or_null(view.card.deleted_at);
    json["preemptible"] = has(view.card, CardRow::preemptible);
    json["preempts"] = has(view.card, CardRow::preempts);
    return json_result(std::move(json));
}

Result<std::string> created_tasks_text(const std::vector<TaskView>& views, const SpellId& spell)
{
    std::string list;
    if (views.empty())
        return "[]";
    const Result<Json> spec = read_spec(views.front());
    if (!spec)
        return spec.error();
    for (const TaskView& view : views) {
        const Result<Json> task = task_json(as_created(view), *spec, spell);
        if (!task)
            return task.error();
        add_element(list, *task);
    }
    return "[" + list + "]";
}

Result<Json> read_spec(const TaskView& view)
{
    if (view.spec.empty())
        return json_result(Json());
    Result<Json> spec = parse_json(view.spec);
    if (!spec)
        return Error{Errc::corrupt, "documents of a batch: " + spec.error().detail};
    return spec;
}

std::string action_id(std::string_view task_id, Trigger trigger, std::size_t position)
{
    return named_uid(task_id, fmt::format("{}:{}", member_name(trigger), position));
}

Json condition_json(Trigger trigger)
{
    if (trigger == Trigger::success)
        return "success";
    return trigger == Trigger::failure ? Json("failure") : Json();
}

} // namespace sluice
