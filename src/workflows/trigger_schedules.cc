// SPDX-License-Identifier: Apache-2.0
#include "workflows/trigger_schedules.h"

#include "base/text.h"
#include "store/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sluice {

namespace {

constexpr int tries_max = 5; // as those of CronSchedules
constexpr std::size_t name_bytes_max = 255;
constexpr Micros interval_min = std::chrono::milliseconds(10);

Error no_such_trigger(std::string_view name)
{
    return {
        Errc::not_found, fmt::format("no trigger '{}'", printable(name.substr(0, name_bytes_max)))};
}

bool is_control(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

std::optional<Error> problem_of(const TriggerRegistration& trigger)
{
    const std::string& name = trigger.name;
    if (name.empty() || name.size() > name_bytes_max)
        return Error{
            Errc::invalid,
            fmt::format("name: 1 to {} bytes are accepted, not {}", name_bytes_max, name.size())};
    if (!is_utf8(name) || std::ranges::any_of(name, is_control))
        return Error{
            Errc::invalid,
            fmt::format(
                "name: UTF-8 without control characters is accepted, not '{}'", printable(name)
            )};
    if (trigger.cron.empty() && trigger.interval < interval_min)
        return Error{
            Errc::invalid,
            fmt::format(
                "interval: at least 10 ms is accepted, not {} us", trigger.interval.count()
            )};
    return std::nullopt;
}

TriggerDocument document_of(const TriggerRegistration& trigger, std::string workflow_namespace)
{
    TriggerDocument document;
    document.workflow = trigger.workflow;
    document.workflow_namespace = std::move(workflow_namespace);
    document.allow_concurrent = trigger.allow_concurrent;
    if (trigger.cron.empty()) {
        document.interval = trigger.interval;
        return document;
    }
    document.cron = trigger.cron;
    document.timezone = trigger.timezone;
    return document;
}

ScheduleText text_of(const std::string& name, const TriggerDocument& document, bool is_enabled)
{
    ScheduleText text;
    text.name = name;
    text.enabled = is_enabled;
    text.document = format_document(document);
    text.due = document.workflow.empty() ? ScheduleText::Due::never : ScheduleText::Due::at_once;
    return text;
}

} // namespace

std::string TriggerSchedules::uid_of(const ScheduleRow& row) const
{
    return format_uid(store_.uid(UidKind::schedule, row.created_at, row.id.value));
}

Async<Result<bool>> TriggerSchedules::add(RegisteredTrigger trigger, std::string workflow_namespace)
{
    if (std::optional<Error> problem = problem_of(*trigger))
        co_return std::move(*problem);
    const TriggerDocument document = document_of(*trigger, std::move(workflow_namespace));
    if (!document.cron.empty()) {
        const Result<Schedule> times = timing_of(document);
        if (!times)
            co_return times.error();
    }
    for (int tries = 1;; ++tries) {
        Result<bool> done = co_await record(trigger->name, document);
        if (done || done.error().code != Errc::conflict || tries == tries_max)
            co_return done;
    }
}

// Conflict: somebody else has changed it meanwhile.
Async<Result<bool>> TriggerSchedules::record(const std::string& name, TriggerDocument document)
{
    const Result<std::optional<StoredSchedule>> stored = co_await look_up(name);
    if (!stored)
        co_return stored.error();
    if (!*stored) {
        CreateSchedule request;
        request.kind = ScheduleKind::trigger;
        request.key = name;
        request.text = text_of(name, document, true);
        request.actor = actor_;
        const Result<ScheduleRow> made = co_await store_.create_schedule(std::move(request));
        if (!made)
            co_return made.error();
        co_return true;
    }
    const Result<TriggerDocument> before = read_trigger_document((*stored)->document);
    // What somebody knew once is better than nothing.
    if (before && document.workflow_namespace.empty() && before->workflow == document.workflow)
        document.workflow_namespace = before->workflow_namespace;
    if (before && *before == document)
        co_return true;
    co_return co_await change(**stored, document, (*stored)->row.enabled);
}

Async<Result<bool>> TriggerSchedules::change(
    const StoredSchedule& stored, const TriggerDocument& document, bool is_enabled
)
{
    ChangeSchedule request;
    request.schedule = stored.row.id;
    request.version = stored.row.version;
    request.text = text_of(stored.row.name, document, is_enabled);
    request.begins = ChangeSchedule::Begins::anew;
    request.actor = actor_;
    const Result<ScheduleRow> changed = co_await store_.change_schedule(std::move(request));
    if (!changed)
        co_return changed.error();
    co_return true;
}

Async<Result<bool>> TriggerSchedules::set_enabled(std::string name, bool enabled)
{
    for (int tries = 1;; ++tries) {
        const Result<StoredSchedule> stored = co_await find(name);
        if (!stored)
            co_return stored.error();
        if (stored->row.enabled == enabled)
            co_return true;
        const Result<TriggerDocument> document = read_trigger_document(stored->document);
        if (!document)
            co_return document.error();
        Result<bool> done = co_await change(*stored, *document, enabled);
        if (done || done.error().code != Errc::conflict || tries == tries_max)
            co_return done;
    }
}

Async<Result<std::optional<StoredSchedule>>> TriggerSchedules::look_up(std::string name)
{
    auto look = [name = std::move(name)](Reads& reads) {
        return reads.executions().schedule_with_key(ScheduleKind::trigger, name);
    };
    co_return co_await store_.read(std::move(look));
}

Async<Result<StoredSchedule>> TriggerSchedules::find(std::string name)
{
    Result<std::optional<StoredSchedule>> found = co_await look_up(name);
    if (!found)
        co_return found.error();
    if (!*found)
        co_return no_such_trigger(name);
    co_return std::move(**found);
}

Result<TriggerView> TriggerSchedules::view(const StoredSchedule& schedule) const
{
    const Result<TriggerDocument> document = read_trigger_document(schedule.document);
    if (!document)
        return document.error();
    TriggerView view;
    view.id = uid_of(schedule.row);
    view.name = schedule.row.name;
    view.workflow = document->workflow;
    view.poll_interval = document->interval;
    view.allow_concurrent = document->allow_concurrent;
    view.enabled = schedule.row.enabled;
    view.last_poll_at = schedule.row.polled_at;
    view.created_at = schedule.row.created_at;
    view.updated_at = schedule.row.updated_at;
    return view;
}

Async<Result<std::optional<TriggerView>>> TriggerSchedules::get(std::string name)
{
    const Result<std::optional<StoredSchedule>> found = co_await look_up(std::move(name));
    if (!found)
        co_return found.error();
    std::optional<TriggerView> shown;
    if (!*found)
        co_return shown;
    Result<TriggerView> one = view(**found);
    if (!one)
        co_return one.error();
    shown = std::move(*one);
    co_return shown;
}

Async<Result<std::vector<TriggerView>>> TriggerSchedules::list(Page page)
{
    ExecutionReads::ScheduleFilter filter;
    filter.kind = ScheduleKind::trigger;
    filter.enabled = page.enabled;
    filter.skip = page.offset;
    filter.limit = page.limit;
    auto look = [filter](Reads& reads) { return reads.executions().schedules(filter); };
    const Result<std::vector<StoredSchedule>> found = co_await store_.read(std::move(look));
    if (!found)
        co_return found.error();
    std::vector<TriggerView> views;
    for (const StoredSchedule& schedule : *found) {
        Result<TriggerView> one = view(schedule);
        if (!one)
            co_return one.error();
        views.push_back(std::move(*one));
    }
    co_return views;
}

Async<Result<std::vector<TriggerFireView>>>
TriggerSchedules::history(std::string name, std::size_t limit, std::size_t offset)
{
    std::vector<TriggerFireView> views;
    const Result<std::optional<StoredSchedule>> found = co_await look_up(std::move(name));
    if (!found)
        co_return found.error();
    if (!*found)
        co_return views;
    const ScheduleRow& row = (*found)->row;
    auto look = [id = row.id, limit, offset](Reads& reads) {
        return reads.executions().fired(id, offset, limit);
    };
    const Result<std::vector<ExecutionReads::FiredRun>> fires =
        co_await store_.read(std::move(look));
    if (!fires)
        co_return fires.error();
    for (const ExecutionReads::FiredRun& fire : *fires) {
        const TickRow& tick = fire.tick;
        TriggerFireView& one = views.emplace_back();
        one.id = format_uid(store_.uid(UidKind::tick, tick.at, row.id.value));
        one.schedule_id = uid_of(row);
        one.context_hash = tick.context_hash;
        if (tick.run)
            one.run_id = format_uid(store_.uid(UidKind::run, fire.run_created_at, tick.run.value));
        one.error = tick.reason;
        one.started_at = tick.fired_at;
        one.completed_at = fire.run_finished_at;
        one.created_at = tick.fired_at;
    }
    co_return views;
}

} // namespace sluice
