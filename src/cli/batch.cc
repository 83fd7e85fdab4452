// SPDX-License-Identifier: Apache-2.0
#include "cli/batch.h"

#include "cli/commands.h"
#include "cli/document_file.h"
#include "cli/exit_code.h"
#include "cli/server_commands.h"
#include "cli/task.h"

namespace sluice {

namespace {

struct RulesOptions {
    std::string id;
    std::string kind;
    std::string file;
};

Async<Result<int>>
set_rules(Context& context, ApiClient& client, std::shared_ptr<const RulesOptions> options)
{
    Result<Json> rules = read_document(options->file);
    if (!rules)
        co_return with_context(options->file, rules.error());
    ApiClient::Call call;
    call.method = Method::patch;
    call.path = with_id("/batch/{}/rules", options->id);
    call.json = Json::object();
    call.json["kind"] = options->kind;
    call.json["rules"] = *std::move(rules);
    const Result<Json> answer = co_await ask_server(client, std::move(call));
    if (!answer)
        co_return answer.error();
    tell_done(context, "batch", options->id, *answer);
    co_return exit_code::success;
}

void add_rules(CliCommand& batch)
{
    CliCommand command = batch.add("rules");
    const auto options = std::make_shared<RulesOptions>();
    command.argument("ID", options->id, "of the batch");
    command.argument("FILE", options->file, "list of rules, JSON or YAML; - is stdin");
    command.option("--kind", options->kind, "the kind of the tasks that get them; required");
    command.runs(on_server([options](Context& context, ApiClient& client) {
        return set_rules(context, client, options);
    }));
}

std::vector<Filter> batch_filters()
{
    return {
        {"--name", "name", "only batches of which a task has this in its name"},
        {"--kind", "kind", "only batches of which a task has this in its kind"},
        {"--status", "status", "only batches of which a task is in this state", task_statuses()},
        {"--created-after", "created_after", "at this time or later, RFC 3339"},
        {"--created-before", "created_before", "at this time or earlier, RFC 3339"},
    };
}

void add_views(CliCommand& batch)
{
    add_list(
        batch, {.path = "/batches",
                .columns = counted_columns("batch_id"),
                .filters = batch_filters(),
                .events = "/events"}
    );
    add_show(
        batch, {.path = "/batch/{}",
                .show = lines_of("batch_id"),
                .events = "/events?batch={}",
                .is_final = all_have_ended}
    );
    add_list(
        batch, {.name = "tasks",
                .path = "/task?batch_id={}",
                .columns = task_columns(),
                .events = "/events?batch={}"}
    );
    add_show(
        batch, {.name = "dag", .path = "/dag/{}", .show = show_graph, .events = "/events?batch={}"}
    );
}

} // namespace

Columns counted_columns(std::string id)
{
    return {
        {"ID", text_of(std::move(id))},
        {"TASKS", text_of("total_tasks")},
        {"STATUS", counts_of("status_counts")},
        {"KINDS", text_of("kinds")},
        {"CREATED", time_of("first_created_at")}};
}

void add_batch(CliCommand& root)
{
    CliCommand batch = root.add("batch");
    batch.needs_command();
    add_views(batch);
    add_rules(batch);
    add_verb(batch, "batch", {"cancel", Method::delete_, "/batch/{}"});
    add_verb(batch, "batch", {"pause", Method::patch, "/batch/{}/pause"});
    add_verb(batch, "batch", {"resume", Method::patch, "/batch/{}/resume"});
}

} // namespace sluice
