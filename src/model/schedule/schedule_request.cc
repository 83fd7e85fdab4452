// SPDX-License-Identifier: Apache-2.0
#include "model/schedule/schedule_request.h"

#include "model/schedule/schedule_form_fields.h"

#include <algorithm>
#include <array>

namespace sluice {

namespace {

constexpr EnumNames<Overlap, 3> overlaps{
    {{Overlap::allow, "allow"}, {Overlap::skip, "skip"}, {Overlap::cancel, "cancel"}}};

// A list of at least one task; what they say is read elsewhere.
struct SomeTasksKind {
    void read(const Value& value, Json&) const
    {
        if (!value.json.is_array())
            value.refuse_type("a list of tasks");
        else if (value.json.empty())
            value.refuse("must not be empty");
    }
    Json schema() const { return Json{{"type", "array"}, {"minItems", 1}}; }
};

struct RequestForm {
    ScheduleRequest request;
    ScheduleForm ticks;
    Json tasks;
};

template <class Visitor>
void describe(Visitor& visitor, RequestForm& form)
{
    visitor.required(
        "name", form.request.name, NameKind{ScheduleNameLimits::bytes_max},
        {.title = "Name", .description = "For people; it need not be the only one of its name."}
    );
    describe(visitor, form.ticks);
    visitor.required(
        "tasks", form.tasks, SomeTasksKind{},
        {.title = "Tasks", .description = "Each tick makes a batch of them, as POST /task does."}
    );
    visitor.optional(
        "overlap", form.request.overlap, EnumKind{overlaps},
        {.title = "Overlap",
         .description = "What a tick does while the batch of the one before is not final: allow "
                        "both, skip the tick, or cancel that batch first.",
         .fallback = R"("allow")"}
    );
    visitor.optional(
        "enabled", form.request.enabled, FlagKind{},
        {.title = "Enabled",
         .description = "false: there are no ticks until it is true again.",
         .fallback = "true"}
    );
}

Json member_or(const Json& body, std::string_view key, Json fallback)
{
    const auto member = body.find(key);
    return member == body.end() || member->is_null() ? std::move(fallback) : *member;
}

Json time_member(const std::optional<Time>& time)
{
    return time ? Json(format_time(*time)) : Json();
}

constexpr std::array<std::string_view, 3> ways{"cron", "every", "at"};

bool is_given(const Json& changes, std::string_view key)
{
    const auto member = changes.find(key);
    return member != changes.end() && !member->is_null();
}

} // namespace

std::string_view name(Overlap overlap)
{
    return overlaps.name(overlap);
}

Checked<ScheduleRequest> read_schedule_request(const Json& body)
{
    Problems problems;
    const Path root;
    const Value value{body, root, problems};
    RequestForm form;
    OpenObjectKind<RequestForm>{}.read(value, form);
    form.request.timing = to_schedule(form.ticks, value);
    form.request.catchup = catchup_rule(form.ticks);
    if (!problems.empty())
        return problems.take();
    return std::move(form.request);
}

Json schedule_document(const Json& body)
{
    Problems problems;
    const Path root;
    ScheduleForm form;
    OpenObjectKind<ScheduleForm>{}.read({body, root, problems}, form);
    const auto copied = [&body](std::string_view key, const Json& fallback) {
        return member_or(body, key, fallback);
    };
    Json document = Json::object();
    document["name"] = copied("name", nullptr);
    document["cron"] = copied("cron", nullptr);
    document["every"] = copied("every", nullptr);
    document["at"] = time_member(form.at);
    document["timezone"] = copied("timezone", form.cron ? Json("UTC") : Json());
    document["tasks"] = copied("tasks", nullptr);
    document["catchup"] = name(form.catchup);
    document["max_catchup"] = form.catchup_max;
    document["overlap"] = copied("overlap", name(Overlap::allow));
    document["jitter"] = copied("jitter", 0);
    document["enabled"] = copied("enabled", true);
    document["start"] = time_member(form.start);
    document["end"] = time_member(form.end);
    return document;
}

Json changed_schedule(Json document, const Json& changes)
{
    const bool is_new_way = std::ranges::any_of(ways, [&changes](std::string_view way) {
        return is_given(changes, way);
    });
    if (is_new_way)
        for (const std::string_view way : ways)
            document.erase(std::string(way));
    if (is_new_way && !is_given(changes, "cron"))
        document.erase("timezone");
    for (const auto& [key, value] : changes.items())
        document[key] = value;
    return document;
}

std::optional<Time> next_due(const Schedule& schedule, ScheduleId id, Time settled)
{
    const std::optional<Time> tick = next_tick(schedule, settled);
    return tick ? std::optional(due(schedule, id, *tick)) : std::nullopt;
}

Json schedule_request_schema(const Json& tasks)
{
    Json schema = OpenObjectKind<RequestForm>{}.schema();
    schema["properties"]["tasks"].update(tasks);
    return schema;
}

Json schedule_change_schema(const Json& tasks)
{
    Json schema = schedule_request_schema(tasks);
    schema.erase("required");
    for (auto& [key, property] : schema["properties"].items())
        property.erase("default");
    return schema;
}

} // namespace sluice
