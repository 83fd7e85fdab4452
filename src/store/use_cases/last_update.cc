// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/last_update.h"

#include "store/service_tables.h"

#include <algorithm>

namespace sluice {

namespace {

// Of a lease whose clock hangs on reports, below zero when it is overdue; nothing: it has none.
std::optional<Micros> report_time_left(const LeaseRow& lease, Time now)
{
    if (lease.owner != LeaseOwner::target)
        return std::nullopt;
    if (lease.paused_left)
        return *lease.paused_left > Micros{0} ? lease.paused_left : std::nullopt;
    return lease.expires_at ? std::optional(*lease.expires_at - now) : std::nullopt;
}

using Report = ServiceTables::Report;

void write(WriteContext& context, std::vector<Report> silent)
{
    std::ranges::sort(silent, {}, &Report::task);
    if (!silent.empty())
        context.tables.service().report(silent);
}

std::map<TaskId, Micros> timeouts_of(WriteContext& context, const std::vector<TaskId>& tasks)
{
    std::map<TaskId, Micros> timeouts;
    if (tasks.empty())
        return timeouts;
    for (const TaskRow& row : context.tables.tasks(tasks))
        timeouts[row.id] = row.timeout.value_or(Micros{0});
    return timeouts;
}

std::vector<TaskId> tasks_of_service(WriteContext& context, std::span<const Place> places)
{
    std::vector<TaskId> tasks;
    for (const Place& place : places)
        if (context.runs.at(place.run).kind == RunKind::batch)
            tasks.push_back(place.task);
    sort_unique(tasks);
    return tasks;
}

} // namespace

std::map<TaskId, Time> ends_after_reports(WriteContext& context, const std::vector<TaskId>& tasks)
{
    std::map<TaskId, Time> ends;
    for (const ProgressRow& row : context.tables.service().progress(tasks))
        ends[row.task] = row.updated_at;
    if (ends.empty())
        return ends;
    for (const TaskRow& row : context.tables.tasks(tasks))
        if (const auto end = ends.find(row.id); end != ends.end() && row.timeout)
            end->second += *row.timeout;
    return ends;
}

void note_change(WriteContext& context, std::vector<TaskId> tasks)
{
    sort_unique(tasks);
    std::vector<Report> silent;
    silent.reserve(tasks.size());
    for (const TaskId task : tasks)
        silent.push_back({.task = task, .at = context.now});
    write(context, std::move(silent));
}

void note_change_of_leased(WriteContext& context, const std::vector<LeaseRow>& leases)
{
    std::vector<TaskId> timed;
    for (const LeaseRow& lease : leases)
        if (report_time_left(lease, context.now))
            timed.push_back(lease.place.task);
    const std::map<TaskId, Micros> timeouts = timeouts_of(context, timed);
    std::vector<Report> silent;
    silent.reserve(leases.size());
    for (const LeaseRow& lease : leases) {
        Report& report = silent.emplace_back();
        report.task = lease.place.task;
        report.at = context.now;
        // As if the last report had come when the clock began to count what is spent.
        if (const std::optional<Micros> left = report_time_left(lease, context.now))
            report.at -= timeouts.at(lease.place.task) - *left - Micros{1};
    }
    write(context, std::move(silent));
}

void note_attempts_over(WriteContext& context, std::span<const Place> places)
{
    const std::vector<TaskId> tasks = tasks_of_service(context, places);
    if (!tasks.empty())
        context.tables.service().begin_anew(tasks, context.now);
}

std::map<TaskId, Time> scheduled_later(WriteContext& context, std::vector<TaskId> tasks)
{
    sort_unique(tasks);
    std::map<TaskId, Time> later;
    if (tasks.empty())
        return later;
    for (const CardRow& card : context.tables.service().cards(tasks))
        if (card.scheduled_at && *card.scheduled_at > context.now)
            later[card.task] = *card.scheduled_at;
    return later;
}

void go_back(WriteContext& context, std::span<Place> places)
{
    const std::map<TaskId, Time> later =
        scheduled_later(context, tasks_of_service(context, places));
    for (Place& place : places)
        if (const auto time = later.find(place.task); time != later.end())
            place.run_at = place.run_at ? std::max(*place.run_at, time->second) : time->second;
    note_attempts_over(context, places);
}

} // namespace sluice
