// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_code.h"
#include "cli/server_commands.h"
#include "cli/task.h"

namespace sluice {

namespace {

struct UpdateOptions {
    std::string id;
    std::string status;
    std::string reason;
    std::string metadata;
    std::string scheduled_at;
    std::optional<std::int64_t> success;
    std::optional<std::int64_t> failures;
    std::optional<std::int64_t> priority;
    std::optional<std::int64_t> expected_count;
    std::optional<std::int64_t> attempt;
};
using UpdateOptionsPtr = std::shared_ptr<const UpdateOptions>;

void set(Json& body, const char* name, const std::string& text)
{
    if (!text.empty())
        body[name] = text;
}

void set(Json& body, const char* name, const std::optional<std::int64_t>& number)
{
    if (number)
        body[name] = *number;
}

// What was not given is not there: it stays as it is.
Result<Json> body_of(const UpdateOptions& options)
{
    Json body = Json::object();
    set(body, "status", options.status);
    set(body, "failure_reason", options.reason);
    set(body, "scheduled_at", options.scheduled_at);
    set(body, "new_success", options.success);
    set(body, "new_failures", options.failures);
    set(body, "priority", options.priority);
    set(body, "expected_count", options.expected_count);
    set(body, "attempt", options.attempt);
    if (options.metadata.empty())
        return json_result(std::move(body));
    Result<Json> metadata = parse_json(options.metadata);
    if (!metadata)
        return with_context("--metadata", metadata.error());
    body["metadata"] = *std::move(metadata);
    return json_result(std::move(body));
}

Async<Result<int>>
send(Context& context, ApiClient& client, Method method, UpdateOptionsPtr options)
{
    Result<Json> body = body_of(*options);
    if (!body)
        co_return body.error();
    ApiClient::Call call;
    call.method = method;
    call.path = with_id("/task/{}", options->id);
    call.json = *std::move(body);
    const Result<Json> answer = co_await ask_server(client, std::move(call));
    if (!answer)
        co_return answer.error();
    tell_done(context, "task", options->id, *answer, method == Method::put ? "counted" : "updated");
    co_return exit_code::success;
}

CliCommand add_report(CliCommand& task, std::string_view name, UpdateOptions& options)
{
    CliCommand command = task.add(name);
    command.argument("ID", options.id, "of the task");
    command.number("--success", options.success, "so many more that succeeded");
    command.number("--failures", options.failures, "so many more that failed");
    return command;
}

} // namespace

void add_task_count(CliCommand& task)
{
    const auto options = std::make_shared<UpdateOptions>();
    CliCommand command = add_report(task, "count", *options);
    command.runs(on_server([options](Context& context, ApiClient& client) {
        return send(context, client, Method::put, options);
    }));
}

void add_task_update(CliCommand& task)
{
    const auto options = std::make_shared<UpdateOptions>();
    CliCommand command = add_report(task, "update", *options);
    command.option("--status", options->status, "ends its attempt", {"Success", "Failure"});
    command.option("--reason", options->reason, "why it fails; --status failure needs it");
    command.option("--metadata", options->metadata, "JSON in the place of its metadata");
    command.number("--priority", options->priority, "-1000 to 1000, higher starts first");
    command.number("--expected-count", options->expected_count, "how many it will report in all");
    command.option("--scheduled-at", options->scheduled_at, "not before this time, RFC 3339");
    command.number("--attempt", options->attempt, "only if this is its current attempt");
    command.runs(on_server([options](Context& context, ApiClient& client) {
        return send(context, client, Method::patch, options);
    }));
}

} // namespace sluice
