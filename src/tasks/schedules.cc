// SPDX-License-Identifier: Apache-2.0
#include "tasks/schedules.h"

#include "base/text.h"
#include "engine/engine.h"
#include "engine/submit.h"
#include "store/store.h"
#include "tasks/batch_plan.h"

#include <fmt/format.h>

#include <iterator>

namespace sluice {

namespace {

// A change that meets another one begins again; so often that only a fight gets to the end of it.
constexpr int tries_max = 5;

Error no_such_schedule(std::string_view id)
{
    return {Errc::not_found, fmt::format("no schedule '{}'", printable(id))};
}

void append(std::vector<Problem>& problems, std::vector<Problem> more)
{
    std::ranges::move(more, std::back_inserter(problems));
}

// Whoever sets times means times to come.
std::vector<Problem> problems_of_times(const ScheduleRequest& request, Time now)
{
    if (!request.enabled || next_tick(request.timing, now))
        return {};
    const bool is_single = std::holds_alternative<SingleTick>(request.timing.ticks);
    return {
        {is_single ? "at" : "end", fmt::format("leaves no tick after now, {}", format_time(now))}};
}

ScheduleText text_of(const ScheduleRequest& request, const Json& document)
{
    return {request.name, request.enabled, request.timing, dump_json(document)};
}

// Submissions that are larger are staged, and a tick is one transaction.
std::vector<Problem> problems_of_size(const Submit& plan)
{
    if (plan.tasks.size() + plan.links.size() <= staging_threshold)
        return {};
    return {
        {"tasks", fmt::format(
                      "has {} tasks and {} dependencies: a schedule may have {} of both together",
                      plan.tasks.size(), plan.links.size(), staging_threshold
                  )}};
}

// Each tick makes a batch of its own.
std::vector<Problem> problems_of_links(const std::vector<TaskRequest>& tasks)
{
    std::vector<Problem> problems;
    for (std::size_t i = 0; i < tasks.size(); ++i)
        for (std::size_t j = 0; j < tasks[i].dependencies.size(); ++j)
            if (!tasks[i].dependencies[j].task.empty())
                problems.push_back(
                    {fmt::format("tasks[{}].dependencies[{}].task_id", i, j),
                     "is not for schedules: a task may wait for others of its own tick"}
                );
    return problems;
}

// Where the action names a stored one, itself or within its `when`.
void collect_references(
    const Action& action, const std::string& path, std::vector<std::string>& found
)
{
    if (action.ref)
        found.push_back(path + ".ref");
    for (std::size_t i = 0; i < action.when.size(); ++i) {
        const std::vector<Action>& then = action.when[i].actions;
        for (std::size_t j = 0; j < then.size(); ++j) {
            const std::string index = then.size() > 1 ? fmt::format("[{}]", j) : "";
            collect_references(then[j], fmt::format("{}.when[{}].then{}", path, i, index), found);
        }
    }
}

std::vector<std::string> references_of(const TaskRequest& task, std::string_view path)
{
    std::vector<std::string> found;
    for (std::size_t i = 0; i < task.rules.size(); ++i)
        if (task.rules[i].stored)
            found.push_back(fmt::format("{}.rules[{}].ref", path, i));
    collect_references(task.on_start, fmt::format("{}.on_start", path), found);
    const auto collect = [&](std::string_view name, const std::vector<Action>& actions) {
        for (std::size_t i = 0; i < actions.size(); ++i)
            collect_references(actions[i], fmt::format("{}.{}[{}]", path, name, i), found);
    };
    collect("on_success", task.on_success);
    collect("on_failure", task.on_failure);
    collect("on_cancel", task.on_cancel);
    return found;
}

// A tick is one transaction, which looks nothing up.
std::vector<Problem> problems_of_references(const std::vector<TaskRequest>& tasks)
{
    std::vector<Problem> problems;
    for (std::size_t i = 0; i < tasks.size(); ++i)
        for (std::string& path : references_of(tasks[i], fmt::format("tasks[{}]", i)))
            problems.push_back(
                {std::move(path), "is not for schedules: write out what it refers to"}
            );
    return problems;
}

} // namespace

std::vector<Problem> problems_of_ticks(const std::vector<TaskRequest>& tasks)
{
    std::vector<Problem> problems = problems_of_links(tasks);
    append(problems, problems_of_references(tasks));
    return problems;
}

std::string schedule_actor(std::string_view name)
{
    return fmt::format("schedule:{}", name);
}

ActionRules action_rules(const AddressGuard& guard)
{
    ActionRules rules;
    rules.check_url = [&guard](std::string_view url) { return guard.refuse_url(url); };
    return rules;
}

Schedules::Schedules(Engine& engine, const AddressGuard& guard)
    : engine_(engine), guard_(guard), names_(guard)
{}

Store& Schedules::store() const
{
    return engine_.store();
}

std::optional<ScheduleId> Schedules::schedule_id(std::string_view uuid) const
{
    const std::optional<Uid> uid = parse_uid(uuid);
    const auto key = uid ? store().key(UidKind::schedule, *uid) : std::nullopt;
    return key ? std::optional(ScheduleId{*key}) : std::nullopt;
}

// They are read as those of a POST /task that would come now.
Async<std::vector<Problem>> Schedules::problems_of_tasks(const Json& body)
{
    const auto member = body.is_object() ? body.find("tasks") : body.end();
    if (!body.is_object() || member == body.end() || !member->is_array())
        co_return std::vector<Problem>(); // that was said already
    const Json& list = *member;
    Checked<std::vector<TaskRequest>> tasks = read_task_requests(list, action_rules(guard_));
    if (!tasks)
        co_return std::move(tasks.error());
    std::vector<Problem> problems = co_await names_.check(*tasks);
    append(problems, problems_of_ticks(*tasks));
    if (!problems.empty())
        co_return problems;
    const Checked<Submit> plan = plan_batch(*tasks, "", engine_.clock().now());
    append(problems, plan ? problems_of_size(*plan) : plan.error());
    co_return problems;
}

Async<Judged<StoredSchedule>> Schedules::create(Json body, std::string actor)
{
    std::vector<Problem> problems;
    Checked<ScheduleRequest> read = read_schedule_request(body);
    append(problems, read ? problems_of_times(*read, engine_.clock().now()) : read.error());
    std::vector<Problem> of_tasks = co_await problems_of_tasks(body);
    append(problems, std::move(of_tasks));
    if (!problems.empty())
        co_return Refusal(std::move(problems));
    CreateSchedule request;
    request.text = text_of(*read, schedule_document(body));
    request.actor = std::move(actor);
    StoredSchedule made;
    made.document = request.text.document;
    Result<ScheduleRow> row = co_await store().create_schedule(std::move(request));
    if (!row)
        co_return Refusal(row.error());
    made.row = std::move(*row);
    co_return made;
}

Async<Judged<StoredSchedule>> Schedules::change(std::string id, Json changes, std::string actor)
{
    for (int tries = 1;; ++tries) {
        const Result<StoredSchedule> stored = co_await find(id);
        if (!stored)
            co_return Refusal(stored.error());
        Judged<StoredSchedule> changed = co_await change_once(*stored, changes, actor);
        if (changed || changed.error().code != Errc::conflict || tries == tries_max)
            co_return changed;
    }
}

Async<Judged<StoredSchedule>>
Schedules::change_once(const StoredSchedule& stored, const Json& changes, const std::string& actor)
{
    if (!changes.is_object())
        co_return Refusal(std::vector<Problem>{{"", "must be an object"}});
    const Json before = parse_json(stored.document).value();
    const ScheduleRequest was = read_schedule_request(before).value();
    const Json body = changed_schedule(before, changes);
    std::vector<Problem> problems;
    Checked<ScheduleRequest> read = read_schedule_request(body);
    const bool begins = read && (!(read->timing == was.timing) || (read->enabled && !was.enabled));
    if (!read)
        problems = read.error();
    else if (begins)
        problems = problems_of_times(*read, engine_.clock().now());
    std::vector<Problem> of_tasks = co_await problems_of_tasks(changes);
    append(problems, std::move(of_tasks));
    if (!problems.empty())
        co_return Refusal(std::move(problems));
    ChangeSchedule request;
    request.schedule = stored.row.id;
    request.version = stored.row.version;
    request.text = text_of(*read, schedule_document(body));
    request.actor = actor;
    if (begins)
        request.begins = ChangeSchedule::Begins::anew;
    StoredSchedule changed;
    changed.document = request.text.document;
    Result<ScheduleRow> row = co_await store().change_schedule(std::move(request));
    if (!row)
        co_return Refusal(row.error());
    changed.row = std::move(*row);
    co_return changed;
}

Async<Result<void>> Schedules::remove(std::string id, std::string actor)
{
    const Result<StoredSchedule> stored = co_await find(id);
    if (!stored)
        co_return stored.error();
    DeleteSchedule request;
    request.schedule = stored->row.id;
    request.actor = std::move(actor);
    const Result<bool> removed = co_await store().delete_schedule(std::move(request));
    if (removed)
        co_return Result<void>();
    if (removed.error().code == Errc::not_found)
        co_return no_such_schedule(id);
    co_return removed.error();
}

Async<Result<StoredSchedule>> Schedules::find(std::string id)
{
    const std::optional<ScheduleId> schedule = schedule_id(id);
    if (!schedule)
        co_return no_such_schedule(id);
    auto look = [schedule = *schedule](Reads& reads) {
        return reads.schedules().schedule(schedule);
    };
    Result<std::optional<StoredSchedule>> found = co_await store().read(std::move(look));
    if (!found)
        co_return found.error();
    // Those of workflows are none of ours.
    if (!*found || (*found)->row.kind != ScheduleKind::batches)
        co_return no_such_schedule(id);
    co_return std::move(**found);
}

Async<Result<std::vector<StoredSchedule>>> Schedules::list(ScheduleReads::Filter filter)
{
    auto look = [filter = std::move(filter)](Reads& reads) {
        return reads.schedules().schedules(filter);
    };
    co_return co_await store().read(std::move(look));
}

Async<Result<std::vector<TickRow>>>
Schedules::ticks(std::string id, std::size_t skip, std::size_t limit)
{
    const Result<StoredSchedule> stored = co_await find(std::move(id));
    if (!stored)
        co_return stored.error();
    auto look = [schedule = stored->row.id, skip, limit](Reads& reads) {
        return reads.schedules().ticks(schedule, skip, limit);
    };
    co_return co_await store().read(std::move(look));
}

} // namespace sluice
