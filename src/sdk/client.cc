// SPDX-License-Identifier: Apache-2.0
#include "sluice/client.h"

#include "base/random.h"
#include "sdk/calls.h"
#include "sdk/members.h"
#include "sdk/reading.h"

namespace sluice::client {

namespace {

// Distinct for ever; a repetition of the request is what has the same.
std::string new_idempotency_key()
{
    SystemRandom random;
    return "sluice-cpp-" + random_text(random, "0123456789abcdefghijklmnopqrstuvwxyz", 25);
}

Query query_of(const TaskQuery& query)
{
    return Query()
        .add("name", query.name)
        .add("kind", query.kind)
        .add("status", query.status)
        .add("timeout", query.timeout)
        .add("metadata", query.metadata)
        .add("batch_id", query.batch_id)
        .add("group_id", query.group_id)
        .add("deleted", query.deleted)
        .add("page", query.page)
        .add("page_size", query.page_size)
        .add("before", query.before);
}

} // namespace

Client::Client(std::string_view base_url, const Options& options)
    : sender_(std::make_shared<const Sender>(base_url, "", options))
{}

CreatedBatch
Client::create(const Batch& batch, const std::optional<std::string>& idempotency_key) const
{
    return create(batch.to_json(), idempotency_key);
}

CreatedBatch
Client::create(const Json& tasks, const std::optional<std::string>& idempotency_key) const
{
    Call call;
    call.request = json_request("POST", "/task", tasks);
    call.request.headers.emplace_back(
        "Idempotency-Key", idempotency_key ? *idempotency_key : new_idempotency_key()
    );
    call.is_repeatable = true;
    const Answer answer = sender_->send(call);
    CreatedBatch created;
    created.batch_id = answer.header("x-batch-id");
    if (answer.status != 204)
        created.tasks = read_answer<std::vector<Task>>(answer);
    return created;
}

Task Client::get(std::string_view id) const
{
    return read_answer<Task>(sender_->send(get_call(task_path(id))));
}

Page<LightTask> Client::list(const TaskQuery& query) const
{
    return read_page<LightTask>(sender_, "/task", query_of(query).text());
}

Listing<LightTask> Client::iterate(const TaskQuery& query) const
{
    return read_listing<LightTask>(sender_, "/task", query_of(query).text());
}

void Client::update(std::string_view id, const TaskUpdate& update) const
{
    sender_->send(update_call(id, update));
}

void Client::count(std::string_view id, const Counts& counts) const
{
    sender_->send(count_call(id, counts));
}

void Client::heartbeat(std::string_view id, std::optional<int> attempt) const
{
    sender_->send(update_call(id, {.attempt = attempt}));
}

Task Client::cancel(std::string_view id) const
{
    return read_answer<Task>(sender_->send(cancel_call(id)));
}

Task Client::pause(std::string_view id) const
{
    return read_answer<Task>(sender_->send(plain_call("PATCH", path_of("/task/pause/", id))));
}

Task Client::resume(std::string_view id) const
{
    return read_answer<Task>(sender_->send(plain_call("PATCH", path_of("/task/resume/", id))));
}

Task Client::retry(std::string_view id) const
{
    return read_answer<Task>(sender_->send(plain_call("POST", task_path(id) + "/retry")));
}

Task Client::hide(std::string_view id) const
{
    Call call = plain_call("DELETE", task_path(id));
    call.request.query = "purge=soft";
    return read_answer<Task>(sender_->send(call));
}

Task Client::restore(std::string_view id) const
{
    return read_answer<Task>(sender_->send(plain_call("POST", task_path(id) + "/restore")));
}

Timeline Client::timeline(std::string_view id) const
{
    return read_answer<Timeline>(sender_->send(get_call(task_path(id) + "/timeline")));
}

Why Client::why(std::string_view id) const
{
    return read_answer<Why>(sender_->send(get_call(task_path(id) + "/why")));
}

} // namespace sluice::client
