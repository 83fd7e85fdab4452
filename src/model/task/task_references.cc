// SPDX-License-Identifier: Apache-2.0
#include "model/task/task_references.h"

#include "base/text.h"
#include "base/uid.h"
#include "model/task/task_request.h"
#include "model/webhook/trigger.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

namespace sluice {

namespace {

using OnElement = std::function<void(Json& element, const Path& path)>;

Json* member(Json& object, std::string_view name)
{
    if (!object.is_object())
        return nullptr;
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

// Of a list, or of a single one.
void for_each(Json& one_or_more, const Path& path, const OnElement& call)
{
    if (!one_or_more.is_array())
        return call(one_or_more, path);
    for (std::size_t i = 0; i < one_or_more.size(); ++i)
        call(one_or_more[i], Path(path, i));
}

// What stands beside the id is refused when the document is read.
std::optional<Reference> reference_at(Json& place, const Path& path)
{
    const Json* ref = member(place, "ref");
    const auto uid =
        ref && ref->is_string() ? parse_uid(ref->get_ref<const std::string&>()) : std::nullopt;
    const auto is_more = [&](std::string_view key) { return member(place, key) != nullptr; };
    if (!uid ||
        std::ranges::any_of(std::array{"kind", "params", "retry", "timeout", "when"}, is_more))
        return std::nullopt;
    return Reference{Path(path, "ref").text(), format_uid(*uid), &place};
}

void collect_actions(Json& action, const Path& path, std::vector<Reference>& found);

void collect_within(Json& action, const Path& path, std::vector<Reference>& found)
{
    Json* whens = member(action, "when");
    if (!whens)
        return;
    for_each(*whens, Path(path, "when"), [&](Json& when, const Path& place) {
        if (Json* then = member(when, "then"))
            for_each(*then, Path(place, "then"), [&](Json& inner, const Path& inner_path) {
                collect_actions(inner, inner_path, found);
            });
    });
}

void collect_actions(Json& action, const Path& path, std::vector<Reference>& found)
{
    if (std::optional<Reference> reference = reference_at(action, path))
        found.push_back(*std::move(reference));
    else
        collect_within(action, path, found);
}

template <class OnTask>
void for_each_task(Json& body, OnTask call)
{
    if (!body.is_array())
        return;
    const Path root;
    const Path tasks(root, "tasks");
    for (std::size_t i = 0; i < body.size(); ++i)
        if (body[i].is_object())
            call(body[i], Path(tasks, i));
}

} // namespace

std::vector<Reference> action_references(Json& body)
{
    std::vector<Reference> found;
    for_each_task(body, [&](Json& task, const Path& path) {
        for (const Trigger trigger : all_triggers)
            if (Json* actions = member(task, member_name(trigger)))
                for_each(
                    *actions, Path(path, member_name(trigger)),
                    [&](Json& action, const Path& place) { collect_actions(action, place, found); }
                );
    });
    return found;
}

std::vector<Reference> references_within(Json& action, const Path& path)
{
    std::vector<Reference> found;
    collect_within(action, path, found);
    return found;
}

std::vector<Reference> rule_references(Json& body)
{
    std::vector<Reference> found;
    for_each_task(body, [&](Json& task, const Path& path) {
        Json* rules = member(task, "rules");
        const Path list(path, "rules");
        for (std::size_t i = 0; rules && rules->is_array() && i < rules->size(); ++i)
            if (auto reference = reference_at((*rules)[i], Path(list, i)))
                found.push_back(*std::move(reference));
    });
    return found;
}

std::vector<Problem> check_stored_rules(
    const std::vector<TaskRequest>& tasks, const std::map<std::string, TaskRule>& stored
)
{
    Problems problems;
    const Path root;
    const Path list(root, "tasks");
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        const Path task(list, i);
        const Path rules(task, "rules");
        bool needs_count = false;
        for (std::size_t j = 0; j < tasks[i].rules.size(); ++j) {
            const auto rule = stored.find(tasks[i].rules[j].stored.value_or(""));
            if (rule == stored.end())
                continue;
            const Path place(rules, j);
            const auto missing = missing_field(rule->second.matcher, tasks[i].metadata);
            if (missing)
                problems.add(
                    Path(place, "ref"), fmt::format(
                                            "the task's metadata has no member '{}', which the "
                                            "stored rule looks at",
                                            printable(*missing)
                                        )
                );
            needs_count |= rule->second.type == TaskRule::Type::capacity;
        }
        if (needs_count && !tasks[i].expected_count)
            problems.add(Path(task, "expected_count"), "is required by a stored Capacity rule");
    }
    return problems.take();
}

} // namespace sluice
