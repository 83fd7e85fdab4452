// SPDX-License-Identifier: Apache-2.0
#include "sdk/calls.h"
#include "sdk/members.h"
#include "sdk/reading.h"
#include "sluice/client.h"

#include <algorithm>
#include <thread>

namespace sluice::client {

namespace {

Query query_of(const BatchQuery& query)
{
    return Query()
        .add("name", query.name)
        .add("kind", query.kind)
        .add("status", query.status)
        .add("created_after", query.created_after)
        .add("created_before", query.created_before)
        .add("page", query.page)
        .add("page_size", query.page_size);
}

Query query_of(const GroupQuery& query)
{
    return Query().add("page", query.page).add("page_size", query.page_size);
}

// What is canceled already stays so.
Call stop_call(std::string path)
{
    Call call = plain_call("DELETE", std::move(path));
    call.is_repeatable = true;
    return call;
}

} // namespace

BatchCounts Client::batch(std::string_view id) const
{
    return read_answer<BatchCounts>(sender_->send(get_call(path_of("/batch/", id))));
}

BatchCounts Client::wait_batch(std::string_view id, const Waiting& waiting) const
{
    using Clock = std::chrono::steady_clock;
    const Clock::time_point start = Clock::now();
    std::chrono::milliseconds pause = waiting.interval;
    for (;;) {
        BatchCounts counts = batch(id);
        if (counts.status_counts.unfinished() == 0)
            return counts;
        Clock::duration next = pause;
        if (waiting.limit)
            next = std::min(next, start + *waiting.limit - Clock::now()); // asks at the limit too
        if (next < Clock::duration::zero())
            return counts;
        std::this_thread::sleep_for(next);
        pause = std::min(pause * 2, waiting.interval_max);
    }
}

Page<ListedBatch> Client::batches(const BatchQuery& query) const
{
    return read_page<ListedBatch>(sender_, "/batches", query_of(query).text());
}

Listing<ListedBatch> Client::iterate_batches(const BatchQuery& query) const
{
    return read_listing<ListedBatch>(sender_, "/batches", query_of(query).text());
}

Dag Client::dag(std::string_view batch_id) const
{
    return read_answer<Dag>(sender_->send(get_call(path_of("/dag/", batch_id))));
}

Stopped Client::stop_batch(std::string_view id) const
{
    return read_answer<Stopped>(sender_->send(stop_call(path_of("/batch/", id))));
}

Paused Client::pause_batch(std::string_view id) const
{
    const Call call = plain_call("PATCH", path_of("/batch/", id, "/pause"));
    return read_answer<Paused>(sender_->send(call));
}

std::int64_t Client::resume_batch(std::string_view id) const
{
    const Call call = plain_call("PATCH", path_of("/batch/", id, "/resume"));
    return read_number(sender_->send(call), "resumed");
}

std::int64_t
Client::set_rules(std::string_view id, std::string_view kind, const std::vector<Rule>& rules) const
{
    const Json body = Json::object({{"kind", kind}, {"rules", to_json(rules)}});
    Call call;
    call.request = json_request("PATCH", path_of("/batch/", id, "/rules"), body);
    call.is_repeatable = true;
    return read_number(sender_->send(call), "updated_count");
}

GroupCounts Client::group(std::string_view id) const
{
    return read_answer<GroupCounts>(sender_->send(get_call(path_of("/groups/", id))));
}

Page<ListedGroup> Client::groups(const GroupQuery& query) const
{
    return read_page<ListedGroup>(sender_, "/groups", query_of(query).text());
}

Listing<ListedGroup> Client::iterate_groups(const GroupQuery& query) const
{
    return read_listing<ListedGroup>(sender_, "/groups", query_of(query).text());
}

Stopped Client::stop_group(std::string_view id) const
{
    return read_answer<Stopped>(sender_->send(stop_call(path_of("/groups/", id))));
}

Paused Client::pause_group(std::string_view id) const
{
    const Call call = plain_call("PATCH", path_of("/groups/", id, "/pause"));
    return read_answer<Paused>(sender_->send(call));
}

std::int64_t Client::resume_group(std::string_view id) const
{
    const Call call = plain_call("PATCH", path_of("/groups/", id, "/resume"));
    return read_number(sender_->send(call), "resumed");
}

} // namespace sluice::client
