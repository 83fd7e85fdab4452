// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/server_commands.h"

namespace sluice {

namespace {

std::vector<std::string> triggers()
{
    return {"on_start", "on_success", "on_failure", "on_cancel"};
}

struct RedeliverOptions {
    std::string id;
    bool all = false;
    std::string task;
    std::string batch;
    std::string trigger;
};
using RedeliverOptionsPtr = std::shared_ptr<const RedeliverOptions>;

Async<Result<int>> redeliver_one(Context& context, ApiClient& client, RedeliverOptionsPtr options)
{
    ApiClient::Call call;
    call.method = Method::post;
    call.path = with_id("/deliveries/{}/redeliver", options->id);
    const Result<Json> answer = co_await ask_server(client, std::move(call));
    if (!answer)
        co_return answer.error();
    tell_done(context, "delivery", options->id, *answer, "will be sent again");
    co_return exit_code::success;
}

Async<Result<int>> redeliver_all(Context& context, ApiClient& client, RedeliverOptionsPtr options)
{
    ApiClient::Call call;
    call.method = Method::post;
    call.path = "/deliveries/redeliver";
    call.json = Json::object();
    if (!options->task.empty())
        call.json["task_id"] = options->task;
    if (!options->batch.empty())
        call.json["batch_id"] = options->batch;
    if (!options->trigger.empty())
        call.json["trigger"] = options->trigger;
    const Result<Json> answer = co_await ask_server(client, std::move(call));
    if (!answer)
        co_return answer.error();
    tell_done(context, "dead", "deliveries", *answer);
    co_return exit_code::success;
}

Async<Result<int>> redeliver(Context& context, ApiClient& client, RedeliverOptionsPtr options)
{
    const bool is_filtered =
        !options->task.empty() || !options->batch.empty() || !options->trigger.empty();
    if (options->all == !options->id.empty() || (is_filtered && !options->all)) {
        complain("either the ID of a delivery, or --all, which takes --task, --batch, --trigger");
        co_return exit_code::usage;
    }
    if (options->all) {
        Result<int> code = co_await redeliver_all(context, client, options);
        co_return code;
    }
    Result<int> code = co_await redeliver_one(context, client, options);
    co_return code;
}

void add_redeliver(CliCommand& delivery)
{
    CliCommand command = delivery.add("redeliver");
    const auto options = std::make_shared<RedeliverOptions>();
    command.option("ID", options->id, "of a dead delivery"); // may be left out: see --all
    command.flag("--all", options->all, "all dead ones");
    command.option("--task", options->task, "of them only those of this task");
    command.option("--batch", options->batch, "of them only those of this batch");
    command.option("--trigger", options->trigger, "of them only those for this", triggers());
    command.runs(on_server([options](Context& context, ApiClient& client) {
        return redeliver(context, client, options);
    }));
}

Columns delivery_columns()
{
    return {{"ID", text_of("id")},           {"STATUS", status_of("status")},
            {"TRIGGER", text_of("trigger")}, {"CONDITION", text_of("condition")},
            {"TRIES", text_of("tries")},     {"ANSWER", text_of("answered_status")},
            {"TASK", text_of("task_id")},    {"UPDATED", time_of("updated_at")},
            {"REASON", text_of("reason")}};
}

} // namespace

void add_delivery(CliCommand& root)
{
    CliCommand delivery = root.add("delivery");
    delivery.needs_command();
    const std::vector<Filter> filters{
        {"--status", "status", "only those", {"waiting", "delivered", "dead"}},
        {"--task", "task_id", "only those of this task"},
        {"--batch", "batch_id", "only those of this batch"},
        {"--trigger", "trigger", "only those for this", triggers()}};
    add_list(delivery, {.path = "/deliveries", .columns = delivery_columns(), .filters = filters});
    add_show(delivery, {.path = "/deliveries/{}", .show = lines_of("id")});
    add_redeliver(delivery);
}

} // namespace sluice
