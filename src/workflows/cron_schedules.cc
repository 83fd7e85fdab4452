// SPDX-License-Identifier: Apache-2.0
#include "workflows/cron_schedules.h"

#include "base/text.h"
#include "store/schedule_reads.h"
#include "store/store.h"

#include <fmt/format.h>

#include <utility>

namespace sluice {

namespace {

// A change that meets another one begins again; so often that only a fight gets to the end of it.
constexpr int tries_max = 5;

Error no_such_schedule(std::string_view id)
{
    return {Errc::not_found, fmt::format("no schedule '{}'", printable(id))};
}

// Whoever sets times means times to come.
std::optional<Error> problem_of_times(const Schedule& timing, Time now)
{
    if (next_tick(timing, now))
        return std::nullopt;
    return Error{
        Errc::invalid,
        fmt::format(
            "{}: leaves no time to run after now, {}", timing.end ? "end" : "cron", format_time(now)
        )};
}

ScheduleText text_of(const CronDocument& document, Schedule timing)
{
    ScheduleText text;
    text.name = document.workflow;
    text.timing = std::move(timing);
    text.document = format_document(document);
    return text;
}

CronDocument changed(CronDocument document, const CronSchedules::Change& change)
{
    if (change.expression)
        document.expression = *change.expression;
    if (change.timezone)
        document.timezone = *change.timezone;
    if (change.catchup)
        document.catchup = *change.catchup;
    if (change.start)
        document.start = change.start;
    if (change.end)
        document.end = change.end;
    return document;
}

Error exists_already(const CronDocument& document)
{
    return {
        Errc::conflict, fmt::format(
                            "workflow '{}' has another schedule with '{}' in '{}'",
                            document.workflow, document.expression, document.timezone
                        )};
}

// A schedule that was read, with what it says.
using Found = std::pair<StoredSchedule, CronDocument>;

Result<Found> read_document(StoredSchedule schedule)
{
    Result<CronDocument> document = read_cron_document(schedule.document);
    if (!document)
        return document.error();
    return Found{std::move(schedule), std::move(*document)};
}

} // namespace

bool CronSchedules::is_id(std::string_view text)
{
    const std::optional<Uid> uid = parse_uid(text);
    return uid && (*uid)[6] >> 4 == 7 && (*uid)[8] >> 6 == 2;
}

std::string CronSchedules::uid_of(const ScheduleRow& row) const
{
    return format_uid(store_.uid(UidKind::schedule, row.created_at, row.id.value));
}

Async<Result<std::string>> CronSchedules::add(New schedule)
{
    CronDocument document;
    document.workflow = std::move(schedule.workflow);
    document.workflow_namespace = std::move(schedule.workflow_namespace);
    document.expression = std::move(schedule.expression);
    document.timezone = std::move(schedule.timezone);
    document.catchup = schedule.catchup;
    document.start = schedule.start;
    document.end = schedule.end;
    Result<Schedule> timing = timing_of(document);
    if (!timing)
        co_return timing.error();
    if (std::optional<Error> problem = problem_of_times(*timing, store_.clock().now()))
        co_return std::move(*problem);
    FindNamespace find;
    std::string called = document.workflow_namespace;
    if (called.empty()) {
        find = find_;
        called = document.workflow;
    }
    Result<std::string> name = co_await namespace_of(store_, std::move(find), std::move(called));
    if (!name)
        co_return name.error();
    document.workflow_namespace = std::move(*name);

    CreateSchedule request;
    request.kind = ScheduleKind::workflow;
    request.key = key_of(document);
    request.text = text_of(document, std::move(*timing));
    request.actor = actor_;
    const Result<ScheduleRow> row = co_await store_.create_schedule(std::move(request));
    if (!row)
        co_return row.error();
    co_return uid_of(*row);
}

Async<Result<StoredSchedule>> CronSchedules::find(const std::string& id)
{
    if (!is_id(id))
        co_return Error{
            Errc::invalid,
            fmt::format("'{}' is no id of a schedule", printable(id.substr(0, 100)))};
    const std::optional<std::int64_t> key = store_.key(UidKind::schedule, *parse_uid(id));
    if (!key)
        co_return no_such_schedule(id);
    auto look = [key = ScheduleId{*key}](Reads& reads) { return reads.schedules().schedule(key); };
    Result<std::optional<StoredSchedule>> found = co_await store_.read(std::move(look));
    if (!found)
        co_return found.error();
    if (!*found || (*found)->row.kind != ScheduleKind::workflow)
        co_return no_such_schedule(id);
    co_return std::move(**found);
}

// Not by next_due, which also says until when somebody has taken it.
CronScheduleView
CronSchedules::view(const StoredSchedule& schedule, const CronDocument& document) const
{
    const ScheduleRow& row = schedule.row;
    CronScheduleView view;
    view.id = uid_of(row);
    view.workflow = document.workflow;
    view.expression = document.expression;
    view.timezone = document.timezone;
    view.enabled = row.enabled;
    view.catchup = document.catchup;
    if (row.next_due) {
        const Result<Schedule> timing = timing_of(document);
        view.next_run_at = timing ? next_tick(*timing, row.settled) : row.next_due;
    }
    view.last_run_at = row.last_fired_at;
    view.start = document.start;
    view.end = document.end;
    view.created_at = row.created_at;
    view.updated_at = row.updated_at;
    return view;
}

Result<std::vector<CronScheduleView>>
CronSchedules::views(const std::vector<StoredSchedule>& schedules) const
{
    std::vector<CronScheduleView> views;
    for (const StoredSchedule& schedule : schedules) {
        const Result<CronDocument> document = read_cron_document(schedule.document);
        if (!document)
            return document.error();
        views.push_back(view(schedule, *document));
    }
    return views;
}

Async<Result<CronScheduleView>> CronSchedules::get(std::string id)
{
    Result<StoredSchedule> stored = co_await find(id);
    if (!stored)
        co_return stored.error();
    const Result<CronDocument> document = read_cron_document(stored->document);
    if (!document)
        co_return document.error();
    co_return view(*stored, *document);
}

Async<Result<CronScheduleView>> CronSchedules::update(std::string id, Change change)
{
    for (int tries = 1;; ++tries) {
        Result<StoredSchedule> stored = co_await find(id);
        if (!stored)
            co_return stored.error();
        Result<CronScheduleView> done = co_await update_once(std::move(*stored), change);
        if (done || done.error().code != Errc::conflict || tries == tries_max)
            co_return done;
    }
}

Async<Result<CronScheduleView>>
CronSchedules::update_once(StoredSchedule stored, const Change& change)
{
    const Result<Found> found = read_document(std::move(stored));
    if (!found)
        co_return found.error();
    const auto& [schedule, before] = *found;
    const CronDocument document = changed(before, change);
    Result<Schedule> timing = timing_of(document);
    if (!timing)
        co_return timing.error();
    const Result<Schedule> was = timing_of(before);
    const bool is_enabled = change.enabled.value_or(schedule.row.enabled);
    const bool begins = !was || *was != *timing || (is_enabled && !schedule.row.enabled);
    if (is_enabled && begins)
        if (std::optional<Error> problem = problem_of_times(*timing, store_.clock().now()))
            co_return std::move(*problem);

    ChangeSchedule request;
    request.schedule = schedule.row.id;
    request.version = schedule.row.version;
    request.text = text_of(document, std::move(*timing));
    request.text.enabled = is_enabled;
    request.actor = actor_;
    request.key = key_of(document);
    if (begins)
        request.begins = ChangeSchedule::Begins::anew;
    StoredSchedule after;
    after.document = request.text.document;
    Result<ScheduleRow> row = co_await store_.change_schedule(std::move(request));
    if (row) {
        after.row = std::move(*row);
        co_return view(after, document);
    }
    Error error = row.error();
    if (error.code != Errc::conflict)
        co_return error;
    const bool is_taken = co_await has_other(document, schedule.row.id);
    if (is_taken)
        error = exists_already(document);
    co_return error;
}

Async<bool> CronSchedules::has_other(const CronDocument& document, ScheduleId than)
{
    auto look = [key = key_of(document)](Reads& reads) {
        return reads.executions().schedule_with_key(ScheduleKind::workflow, key);
    };
    const Result<std::optional<StoredSchedule>> found = co_await store_.read(std::move(look));
    co_return found&&* found && (*found)->row.id != than;
}

Async<Result<bool>> CronSchedules::remove(std::string id)
{
    const Result<StoredSchedule> stored = co_await find(id);
    if (!stored)
        co_return stored.error();
    DeleteSchedule request;
    request.schedule = stored->row.id;
    request.actor = actor_;
    co_return co_await store_.delete_schedule(std::move(request));
}

Async<Result<std::vector<CronScheduleView>>> CronSchedules::list(Page page)
{
    ExecutionReads::ScheduleFilter filter;
    filter.enabled = page.enabled;
    filter.skip = page.offset;
    filter.limit = page.limit;
    auto look = [filter](Reads& reads) { return reads.executions().schedules(filter); };
    const Result<std::vector<StoredSchedule>> found = co_await store_.read(std::move(look));
    if (!found)
        co_return found.error();
    co_return views(*found);
}

CronFireView
CronSchedules::view(const StoredSchedule& schedule, const ExecutionReads::FiredRun& fire) const
{
    const TickRow& tick = fire.tick;
    CronFireView view;
    view.id = format_uid(store_.uid(UidKind::tick, tick.at, tick.schedule.value));
    view.schedule_id = uid_of(schedule.row);
    view.scheduled_time = tick.at;
    view.claimed_at = tick.fired_at;
    if (tick.run)
        view.run_id = format_uid(store_.uid(UidKind::run, fire.run_created_at, tick.run.value));
    view.error = tick.reason;
    view.recovery_attempts = tick.tries;
    view.created_at = tick.fired_at;
    view.updated_at = tick.tried_at.value_or(tick.fired_at);
    return view;
}

Async<Result<std::vector<CronFireView>>>
CronSchedules::history(std::string id, std::size_t limit, std::size_t offset)
{
    const Result<StoredSchedule> stored = co_await find(id);
    if (!stored)
        co_return stored.error();
    auto look = [key = stored->row.id, limit, offset](Reads& reads) {
        return reads.executions().fired(key, offset, limit);
    };
    const Result<std::vector<ExecutionReads::FiredRun>> fires =
        co_await store_.read(std::move(look));
    if (!fires)
        co_return fires.error();
    std::vector<CronFireView> views;
    for (const ExecutionReads::FiredRun& fire : *fires)
        views.push_back(view(*stored, fire));
    co_return views;
}

Async<Result<CronSchedules::Stats>> CronSchedules::stats(Time since)
{
    auto look = [since](Reads& reads) {
        return reads.executions().tick_counts(ScheduleKind::workflow, since);
    };
    const Result<ExecutionReads::TickCounts> counts = co_await store_.read(std::move(look));
    if (!counts)
        co_return counts.error();
    Stats stats;
    stats.successful = counts->created;
    stats.lost = counts->failed;
    stats.total = counts->created + counts->failed + counts->skipped;
    if (stats.total > 0)
        stats.success_rate =
            100 * static_cast<double>(stats.successful) / static_cast<double>(stats.total);
    co_return stats;
}

} // namespace sluice
