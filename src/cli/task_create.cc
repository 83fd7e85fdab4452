// SPDX-License-Identifier: Apache-2.0
#include "cli/document_file.h"
#include "cli/exit_code.h"
#include "cli/server_port.h"
#include "cli/task.h"

#include <fmt/format.h>

namespace sluice {

namespace {

struct CreateOptions {
    std::string file;
    std::string idempotency_key;
};
using CreateOptionsPtr = std::shared_ptr<const CreateOptions>;

// Ids alone on stdout, for scripts; which batch it is beside it.
void show_created(OutputFormat format, const Json& tasks)
{
    if (format == OutputFormat::json || format == OutputFormat::yaml)
        return print_document(format, tasks);
    for (const Json& task : tasks)
        print(text_of("id")(task).text);
    if (tasks.empty())
        complain("nothing was created: no task, or none that does not exist already");
    else
        complain(fmt::format(
            "batch {}: {} {}", text_of("batch_id")(tasks.front()).text, tasks.size(),
            tasks.size() == 1 ? "task" : "tasks"
        ));
}

Async<Result<int>> create_tasks(Context& context, ApiClient& client, CreateOptionsPtr options)
{
    Result<Json> tasks = read_document(options->file);
    if (!tasks)
        co_return with_context(options->file, tasks.error());
    ApiClient::Call call;
    call.method = Method::post;
    call.path = "/task";
    call.json = *std::move(tasks);
    if (!options->idempotency_key.empty())
        call.headers.add("Idempotency-Key", options->idempotency_key);
    Result<Json> created = co_await ask_server(client, std::move(call));
    if (!created)
        co_return created.error();
    if (created->is_null()) // 204: there is no body
        *created = Json::array();
    show_created(context.config.output, *created);
    co_return exit_code::success;
}

} // namespace

void add_task_create(CliCommand& task)
{
    CliCommand command = task.add("create");
    const auto options = std::make_shared<CreateOptions>();
    command.argument("FILE", options->file, "list of tasks, JSON or YAML; - is stdin");
    command.option(
        "--idempotency-key", options->idempotency_key,
        "your name for this request: the same one again creates nothing twice"
    );
    command.runs(on_server([options](Context& context, ApiClient& client) {
        return create_tasks(context, client, options);
    }));
}

} // namespace sluice
