// SPDX-License-Identifier: Apache-2.0
#include "api/wire_audit.h"

#include "api/query_reader.h"
#include "api/wire_values.h"
#include "base/enum_names.h"
#include "store/audit_search.h"
#include "tasks/tasks.h"

#include <algorithm>

namespace sluice {

namespace {

enum class Object : std::uint8_t {
    task,
    batch,
    group,
    rule,
    action,
    schedule,
    delivery,
    key,
    job,
    execution
};

constexpr EnumNames<Object, 10> object_names{
    {{Object::task, "task"},
     {Object::batch, "batch"},
     {Object::group, "group"},
     {Object::rule, "rule"},
     {Object::action, "action"},
     {Object::schedule, "schedule"},
     {Object::delivery, "delivery"},
     {Object::key, "key"},
     {Object::job, "job"},
     {Object::execution, "execution"}}};

bool is_run(std::string_view object)
{
    return object == "batch" || object == "job" || object == "execution";
}

std::string object_id(const EventRow& event, const SpellId& spell)
{
    const std::string_view object = object_of(event);
    const bool is_of_run = event.run && event.run_created_at;
    if (is_of_run && object == "task")
        return spell(UidKind::task, *event.run_created_at, event.task.value);
    if (is_of_run && is_run(object))
        return spell(UidKind::run, *event.run_created_at, event.run.value);
    if (is_of_run && object == "delivery")
        return spell(UidKind::delivery, *event.run_created_at, std::stoll(event.object_id));
    return event.object_id;
}

// Of a tick that fired: its batch.
std::string detail(const EventRow& event, const SpellId& spell)
{
    const bool is_tick = event.run && event.run_created_at && object_of(event) == "schedule";
    return is_tick ? spell(UidKind::run, *event.run_created_at, event.run.value) : event.detail;
}

} // namespace

Json audit_json(const EventRow& event, const SpellId& spell)
{
    return Json{
        {"id", event.id},
        {"at", format_time(event.at)},
        {"actor", text_or_null(event.actor)},
        {"action", event.kind},
        {"object", object_of(event)},
        {"object_id", text_or_null(object_id(event, spell))},
        {"detail", text_or_null(detail(event, spell))}};
}

Result<AuditQuery> read_audit_query(const Request& request, const PageSizes& pages)
{
    QueryReader query(request);
    AuditQuery read;
    const auto text = [&](std::string_view name) {
        const bool is_there = request.query_field(name).has_value();
        return is_there ? std::optional(query.text(name)) : std::nullopt;
    };
    read.filter.limit = pages.limit(query.number("page_size").value_or(0));
    read.filter.actor = text("actor");
    read.filter.action = text("action");
    if (const std::optional<Object> object = query.word("object", object_names))
        read.filter.object = object_names.name(*object);
    read.object_id = text("object_id");
    read.filter.after = query.time("after");
    read.filter.before = query.time("before");
    read.filter.cursor = std::max<std::int64_t>(query.number("cursor").value_or(0), 0);
    return query.finish(std::move(read));
}

bool look_up_ids(const Tasks& tasks, AuditQuery& query)
{
    if (!query.object_id)
        return true;
    ServiceReads::AuditFilter& filter = query.filter;
    const std::string& id = *query.object_id;
    const bool is_any = !filter.object;
    if (is_any || filter.object == "task")
        filter.task = tasks.task_id(id);
    if (is_any || is_run(*filter.object))
        filter.run = tasks.batch_id(id);
    const bool is_delivery = is_any || filter.object == "delivery";
    if (const auto delivery = is_delivery ? tasks.delivery_id(id) : std::nullopt) {
        filter.object = "delivery";
        filter.object_id = std::to_string(delivery->value);
    }
    if (filter.task || filter.run || filter.object_id)
        return true;
    const bool has_key = filter.object == "task" || filter.object == "delivery" ||
                         (filter.object && is_run(*filter.object));
    filter.object_id = id; // whatever has no key of ours
    return !has_key;
}

} // namespace sluice
