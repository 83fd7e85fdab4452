// SPDX-License-Identifier: Apache-2.0
#include "sluice/handle.h"

#include "base/text.h"
#include "base/uid.h"
#include "net/http.h"
#include "sdk/calls.h"
#include "sdk/reading.h"

#include <charconv>
#include <stdexcept>

namespace sluice::client {

namespace {

// What stands in a handle URL, `<base URL>/task/<id>?token=…`.
struct Handle {
    std::string_view base_url;
    std::string_view task_id;
    std::string_view query;
};

Handle parse_handle(std::string_view url)
{
    constexpr std::string_view before_id = "/task/";
    const std::string_view path = url.substr(0, url.find('?'));
    const std::size_t at = path.rfind(before_id);
    Handle handle;
    if (at != std::string_view::npos) {
        handle.base_url = path.substr(0, at);
        handle.task_id = path.substr(at + before_id.size());
    }
    if (path.size() < url.size())
        handle.query = url.substr(path.size() + 1);
    if (handle.task_id.ends_with('/'))
        handle.task_id.remove_suffix(1);
    if (!parse_uid(handle.task_id))
        throw std::invalid_argument("not the handle of a task: '" + printable(path) + "'");
    return handle;
}

} // namespace

TaskHandle::TaskHandle(
    std::shared_ptr<const Sender> sender, std::string id, std::optional<int> attempt
)
    : sender_(std::move(sender)), id_(std::move(id)), attempt_(attempt)
{}

TaskHandle
TaskHandle::from_url(std::string_view url, std::optional<int> attempt, const Options& options)
{
    const Handle handle = parse_handle(url);
    auto sender =
        std::make_shared<const Sender>(handle.base_url, std::string(handle.query), options);
    return TaskHandle(std::move(sender), std::string(handle.task_id), attempt);
}

// The server's own stands last, behind one that the URL of the webhook may have had.
std::string TaskHandle::handle_in(std::string_view target)
{
    std::string handle;
    if (const auto parsed = parse_target(target))
        for (const Field& field : parsed->query)
            if (field.name == "handle")
                handle = field.value;
    if (handle.empty())
        throw std::invalid_argument("no webhook of a task: its query has no 'handle'");
    return handle;
}

bool TaskHandle::is_attempt_header(std::string_view name)
{
    return same_header(name, "X-Task-Attempt");
}

std::optional<int> TaskHandle::read_attempt(std::string_view value)
{
    int attempt = 0;
    const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), attempt);
    const bool is_number = failure == std::errc() && end == value.data() + value.size();
    return is_number && attempt >= 0 ? std::optional(attempt) : std::nullopt;
}

void TaskHandle::succeed(const Report& report) const
{
    const TaskUpdate update{
        .metadata = report.metadata,
        .status = Status::success,
        .new_success = report.success,
        .new_failures = report.failures,
        .attempt = attempt_};
    sender_->send(update_call(id_, update));
}

void TaskHandle::fail(std::string_view reason, const Report& report) const
{
    const TaskUpdate update{
        .metadata = report.metadata,
        .status = Status::failure,
        .new_success = report.success,
        .new_failures = report.failures,
        .failure_reason = std::string(reason),
        .attempt = attempt_};
    sender_->send(update_call(id_, update));
}

void TaskHandle::report_progress(const Counts& counts) const
{
    sender_->send(count_call(id_, counts));
}

void TaskHandle::update(const TaskEdit& edit) const
{
    const TaskUpdate update{
        .metadata = edit.metadata,
        .expected_count = edit.expected_count,
        .priority = edit.priority,
        .scheduled_at = edit.scheduled_at,
        .attempt = attempt_};
    sender_->send(update_call(id_, update));
}

void TaskHandle::heartbeat() const
{
    sender_->send(update_call(id_, {.attempt = attempt_}));
}

Task TaskHandle::get() const
{
    return read_answer<Task>(sender_->send(get_call(task_path(id_))));
}

Task TaskHandle::cancel() const
{
    return read_answer<Task>(sender_->send(cancel_call(id_)));
}

} // namespace sluice::client
