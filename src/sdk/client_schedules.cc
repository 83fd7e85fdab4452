// SPDX-License-Identifier: Apache-2.0
#include "sdk/calls.h"
#include "sdk/members.h"
#include "sdk/reading.h"
#include "sluice/client.h"

namespace sluice::client {

namespace {

Json body_of(const NewSchedule& schedule)
{
    return Members()
        .add("name", schedule.name)
        .add("tasks", schedule.tasks)
        .add("cron", schedule.cron)
        .add("every", schedule.every)
        .add("at", schedule.at)
        .add("timezone", schedule.timezone)
        .add("start", schedule.start)
        .add("end", schedule.end)
        .add("jitter", schedule.jitter)
        .add("catchup", schedule.catchup)
        .add("max_catchup", schedule.max_catchup)
        .add("overlap", schedule.overlap)
        .add("enabled", schedule.enabled)
        .json();
}

Query query_of(const ScheduleQuery& query)
{
    return Query()
        .add("name", query.name)
        .add("enabled", query.enabled)
        .add("page", query.page)
        .add("page_size", query.page_size);
}

Query query_of(const PageQuery& query)
{
    return Query().add("page", query.page).add("page_size", query.page_size);
}

std::string runs_path(std::string_view id)
{
    return path_of("/schedules/", id, "/runs");
}

} // namespace

Schedule Client::create_schedule(const NewSchedule& schedule) const
{
    Call call;
    call.request = json_request("POST", "/schedules", body_of(schedule));
    return read_answer<Schedule>(sender_->send(call));
}

Page<Schedule> Client::schedules(const ScheduleQuery& query) const
{
    return read_page<Schedule>(sender_, "/schedules", query_of(query).text());
}

Listing<Schedule> Client::iterate_schedules(const ScheduleQuery& query) const
{
    return read_listing<Schedule>(sender_, "/schedules", query_of(query).text());
}

Schedule Client::schedule(std::string_view id) const
{
    return read_answer<Schedule>(sender_->send(get_call(path_of("/schedules/", id))));
}

Schedule Client::update_schedule(std::string_view id, const Json& changes) const
{
    Call call;
    call.request = json_request("PATCH", path_of("/schedules/", id), changes);
    call.is_repeatable = true;
    return read_answer<Schedule>(sender_->send(call));
}

void Client::delete_schedule(std::string_view id) const
{
    sender_->send(plain_call("DELETE", path_of("/schedules/", id)));
}

Page<ScheduleRun> Client::schedule_runs(std::string_view id, const PageQuery& query) const
{
    return read_page<ScheduleRun>(sender_, runs_path(id), query_of(query).text());
}

Listing<ScheduleRun>
Client::iterate_schedule_runs(std::string_view id, const PageQuery& query) const
{
    return read_listing<ScheduleRun>(sender_, runs_path(id), query_of(query).text());
}

} // namespace sluice::client
