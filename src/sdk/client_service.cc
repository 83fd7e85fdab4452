// SPDX-License-Identifier: Apache-2.0
#include "sdk/calls.h"
#include "sdk/members.h"
#include "sdk/reading.h"
#include "sluice/client.h"

namespace sluice::client {

namespace {

Query query_of(const DeliveryQuery& query)
{
    return Query()
        .add("status", query.status)
        .add("task_id", query.task_id)
        .add("batch_id", query.batch_id)
        .add("trigger", query.trigger)
        .add("page_size", query.page_size)
        .add("before", query.before);
}

Query query_of(const AuditQuery& query)
{
    return Query()
        .add("actor", query.actor)
        .add("action", query.action)
        .add("object", query.object)
        .add("object_id", query.object_id)
        .add("after", query.after)
        .add("before", query.before)
        .add("page_size", query.page_size)
        .add("cursor", query.cursor);
}

Call state_call(std::string path)
{
    Call call = get_call(std::move(path));
    call.takes_503 = true; // which it answers when its state is bad
    return call;
}

} // namespace

Page<Delivery> Client::deliveries(const DeliveryQuery& query) const
{
    return read_page<Delivery>(sender_, "/deliveries", query_of(query).text());
}

Listing<Delivery> Client::iterate_deliveries(const DeliveryQuery& query) const
{
    return read_listing<Delivery>(sender_, "/deliveries", query_of(query).text());
}

Delivery Client::delivery(std::string_view id) const
{
    return read_answer<Delivery>(sender_->send(get_call(path_of("/deliveries/", id))));
}

std::int64_t Client::redeliver(std::string_view id) const
{
    const Call call = plain_call("POST", path_of("/deliveries/", id, "/redeliver"));
    return read_number(sender_->send(call), "redelivered");
}

std::int64_t Client::redeliver_all(const DeadDeliveries& which) const
{
    const Json body = Members()
                          .add("task_id", which.task_id)
                          .add("batch_id", which.batch_id)
                          .add("trigger", which.trigger)
                          .json();
    Call call;
    call.request = json_request("POST", "/deliveries/redeliver", body);
    return read_number(sender_->send(call), "redelivered");
}

Page<AuditLine> Client::audit(const AuditQuery& query) const
{
    return read_page<AuditLine>(sender_, "/audit", query_of(query).text());
}

Listing<AuditLine> Client::iterate_audit(const AuditQuery& query) const
{
    return read_listing<AuditLine>(sender_, "/audit", query_of(query).text());
}

Health Client::health() const
{
    return read_answer<Health>(sender_->send(state_call("/health")));
}

Readiness Client::ready() const
{
    return read_answer<Readiness>(sender_->send(state_call("/ready")));
}

Version Client::version() const
{
    return read_answer<Version>(sender_->send(get_call("/version")));
}

} // namespace sluice::client
