// SPDX-License-Identifier: Apache-2.0
#include "sdk/calls.h"

#include "sdk/members.h"
#include "sdk/reading.h"

namespace sluice::client {

namespace {

// Counts would be added twice. An end is taken once: what comes after it is refused, unless the
// task has another attempt by then, which a report without a number would end.
bool may_be_reported_twice(const TaskUpdate& update)
{
    if (update.status)
        return update.status == Status::success || update.attempt;
    return !update.new_success && !update.new_failures;
}

// Whether the attempt has ended as was reported.
bool has_ended_so(const Task& task, Status status, std::optional<int> reported)
{
    const int attempt = reported.value_or(task.attempt);
    if (status == Status::success)
        return task.status == Status::success && task.attempt == attempt;
    const bool is_over = task.status == Status::failure || task.next_retry_at;
    return task.attempt > attempt || (task.attempt == attempt && is_over);
}

} // namespace

std::string path_of(std::string_view before, std::string_view id, std::string_view after)
{
    return std::string(before).append(percent_encode(id)).append(after);
}

std::string task_path(std::string_view id)
{
    return path_of("/task/", id);
}

Call plain_call(std::string method, std::string path)
{
    Call call;
    call.request = {.method = std::move(method), .path = std::move(path)};
    return call;
}

Call update_call(std::string_view id, const TaskUpdate& update)
{
    const Json body = Members()
                          .add("metadata", update.metadata)
                          .add("expected_count", update.expected_count)
                          .add("priority", update.priority)
                          .add("scheduled_at", update.scheduled_at)
                          .add("status", update.status)
                          .add("new_success", update.new_success)
                          .add("new_failures", update.new_failures)
                          .add("failure_reason", update.failure_reason)
                          .add("attempt", update.attempt)
                          .json();
    Call call;
    call.request = json_request("PATCH", task_path(id), body);
    call.is_repeatable = may_be_reported_twice(update);
    if (update.status)
        call.confirmation = Confirmation{
            get_call(task_path(id)).request,
            [status = *update.status, attempt = update.attempt](const Answer& answer) {
                return has_ended_so(read_answer<Task>(answer), status, attempt);
            }};
    return call;
}

Call count_call(std::string_view id, const Counts& counts)
{
    const Json body =
        Json::object({{"new_success", counts.success}, {"new_failures", counts.failures}});
    Call call;
    call.request = json_request("PUT", task_path(id), body);
    return call;
}

Call cancel_call(std::string_view id)
{
    Call call = plain_call("DELETE", task_path(id));
    call.is_repeatable = true;
    call.confirmation =
        Confirmation{get_call(task_path(id)).request, [](const Answer& answer) {
                         return read_answer<Task>(answer).status == Status::canceled;
                     }};
    return call;
}

} // namespace sluice::client
