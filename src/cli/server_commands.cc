// SPDX-License-Identifier: Apache-2.0
#include "cli/server_commands.h"

#include "cli/document_file.h"
#include "cli/exit_code.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::string_view watch_meaning = "go on, and show it again whenever it changes";

bool takes_id(std::string_view path)
{
    return path.find("{}") != std::string_view::npos;
}

// What filters have been given; as many as there are, from the beginning: arguments borrow them.
struct ListOptions {
    struct Value {
        std::string text;
        bool is_on = false;
    };

    explicit ListOptions(ListCommand given) : list(std::move(given)), values(list.filters.size()) {}

    ListCommand list;
    std::vector<Value> values;
    std::string id;
    std::int64_t limit = 100;
    bool watch = false;
};

std::string events_of(const ListOptions& options)
{
    if (options.list.events.empty())
        return {};
    QueryFields fields;
    for (std::size_t i = 0; i < options.values.size(); ++i)
        if (!options.list.filters[i].event.empty())
            fields.emplace_back(options.list.filters[i].event, options.values[i].text);
    return with_query(with_id(options.list.events, options.id), fields);
}

View view_of(const ListOptions& options)
{
    QueryFields fields;
    for (std::size_t i = 0; i < options.values.size(); ++i) {
        const Filter& filter = options.list.filters[i];
        const ListOptions::Value& value = options.values[i];
        fields.emplace_back(filter.parameter, value.is_on ? filter.on_value : value.text);
    }
    View view;
    view.path = with_query(with_id(options.list.path, options.id), fields);
    view.limit = static_cast<std::size_t>(options.limit);
    view.show = table_of(options.list.columns);
    view.events = events_of(options);
    return view;
}

Given given_of(const ListOptions& options)
{
    Given given{options.id, {}};
    given.limit = static_cast<std::size_t>(options.limit);
    for (std::size_t i = 0; i < options.values.size(); ++i) {
        const Filter& filter = options.list.filters[i];
        const ListOptions::Value& value = options.values[i];
        if (value.is_on || !value.text.empty())
            given.filters.emplace_back(
                filter.parameter, value.is_on ? filter.on_value : value.text
            );
    }
    return given;
}

struct ShowOptions {
    ShowCommand command;
    std::string id;
    bool watch = false;
};

View view_of(const ShowOptions& options)
{
    View view;
    view.path = with_id(options.command.path, options.id);
    view.show = options.command.show;
    if (!options.command.events.empty())
        view.events = with_id(options.command.events, options.id);
    view.is_final = options.command.is_final;
    return view;
}

Given given_of(const ShowOptions& options)
{
    return {options.id, {}};
}

// What a command does without a server; nothing: it needs one.
template <class Options>
CommandAction without_server(std::shared_ptr<const Options> options, const WithoutServer& without)
{
    if (!without)
        return nullptr;
    return [options, without](Context& context) { return without(context, given_of(*options)); };
}

template <class Options>
void runs_view(CliCommand& command, std::shared_ptr<Options> options, const WithoutServer& without)
{
    command.flag("--watch", options->watch, std::string(watch_meaning));
    const ServerAction looks = [options](Context& context, ApiClient& client) {
        const Looking looking = options->watch ? Looking::live : Looking::once;
        return look(context, client, view_of(*options), looking);
    };
    command.runs(on_server_or(looks, without_server<Options>(options, without)));
}

struct VerbOptions {
    std::string noun;
    VerbCommand verb;
    std::vector<std::string> ids;
};

Async<Result<int>>
act(Context& context, ApiClient& client, std::shared_ptr<const VerbOptions> options)
{
    const VerbCommand& verb = options->verb;
    for (const std::string& id : options->ids) {
        ApiClient::Call call;
        call.method = verb.method;
        call.path = with_id(verb.path, id);
        call.json = verb.body;
        const Result<Json> answer = co_await ask_server(client, std::move(call));
        if (!answer)
            co_return answer.error();
        tell_done(context, options->noun, id, *answer, verb.done);
    }
    co_return exit_code::success;
}

Given given_of(const VerbOptions& options)
{
    return {{}, options.ids};
}

struct FileOptions {
    std::string noun;
    Method method = Method::post;
    std::string path;
    std::string id;
    std::string file;
};

Given given_of(const FileOptions& options)
{
    Given given{options.id, {}};
    given.file = options.file;
    return given;
}

Async<Result<Json>> send_file(ApiClient& client, const FileOptions& options)
{
    Result<Json> document = read_document(options.file);
    if (!document)
        co_return with_context(options.file, document.error());
    ApiClient::Call call;
    call.method = options.method;
    call.path = with_id(options.path, options.id);
    call.json = *std::move(document);
    Result<Json> answer = co_await ask_server(client, std::move(call));
    co_return answer;
}

Async<Result<int>>
create(Context& context, ApiClient& client, std::shared_ptr<const FileOptions> options)
{
    const Result<Json> answer = co_await send_file(client, *options);
    if (!answer)
        co_return answer.error();
    const bool is_table = context.config.output == OutputFormat::table;
    lines_of("id")(is_table ? OutputFormat::name : context.config.output, *answer);
    co_return exit_code::success;
}

Async<Result<int>>
update(Context& context, ApiClient& client, std::shared_ptr<const FileOptions> options)
{
    const Result<Json> answer = co_await send_file(client, *options);
    if (!answer)
        co_return answer.error();
    tell_done(context, options->noun, options->id, *answer, "updated");
    co_return exit_code::success;
}

// "Paused", of a task; "paused running 2", of several.
std::string words_of_answer(const Json& answer)
{
    if (answer.is_string())
        return answer.get<std::string>();
    const Json& status = member(answer, "status");
    if (status.is_string())
        return status.get<std::string>();
    const std::string counts = words_of_counts(answer);
    return counts == "-" ? "nothing to do" : counts;
}

} // namespace

void add_list(CliCommand& parent, ListCommand list)
{
    CliCommand command = parent.add(list.name);
    const auto options = std::make_shared<ListOptions>(std::move(list));
    if (takes_id(options->list.path))
        command.argument("ID", options->id, "of what it belongs to");
    for (std::size_t i = 0; i < options->values.size(); ++i) {
        const Filter& filter = options->list.filters[i];
        ListOptions::Value& value = options->values[i];
        if (filter.on_value.empty())
            command.option(filter.flag, value.text, filter.meaning, filter.accepted);
        else
            command.flag(filter.flag, value.is_on, filter.meaning);
    }
    command.number("--limit", options->limit, "at most so many, the first [100]", 100'000);
    runs_view(command, options, options->list.without);
}

void add_show(CliCommand& parent, ShowCommand show)
{
    CliCommand command = parent.add(show.name);
    const auto options = std::make_shared<ShowOptions>();
    options->command = std::move(show);
    command.argument("ID", options->id, "of what is looked at");
    runs_view(command, options, options->command.without);
}

void add_verb(CliCommand& parent, std::string_view noun, VerbCommand verb)
{
    CliCommand command = parent.add(verb.name);
    const auto options = std::make_shared<VerbOptions>();
    options->noun = noun;
    options->verb = std::move(verb);
    command.arguments("ID", options->ids, "one or more");
    const ServerAction acts = [options](Context& context, ApiClient& client) {
        return act(context, client, options);
    };
    command.runs(on_server_or(acts, without_server<VerbOptions>(options, options->verb.without)));
}

void add_create(CliCommand& parent, std::string path, WithoutServer without)
{
    CliCommand command = parent.add("create");
    const auto options = std::make_shared<FileOptions>();
    options->path = std::move(path);
    command.argument("FILE", options->file, "JSON or YAML; - is stdin");
    const ServerAction creates = [options](Context& context, ApiClient& client) {
        return create(context, client, options);
    };
    command.runs(on_server_or(creates, without_server<FileOptions>(options, without)));
}

void add_update(
    CliCommand& parent, std::string_view noun, Method method, std::string path,
    WithoutServer without
)
{
    CliCommand command = parent.add("update");
    const auto options = std::make_shared<FileOptions>();
    options->noun = noun;
    options->method = method;
    options->path = std::move(path);
    command.argument("ID", options->id, "of what changes");
    command.argument("FILE", options->file, "JSON or YAML; - is stdin");
    const ServerAction updates = [options](Context& context, ApiClient& client) {
        return update(context, client, options);
    };
    command.runs(on_server_or(updates, without_server<FileOptions>(options, without)));
}

void tell_done(
    const Context& context, std::string_view noun, std::string_view id, const Json& answer,
    std::string_view done
)
{
    const OutputFormat format = context.config.output;
    if (format == OutputFormat::json || format == OutputFormat::yaml)
        return print_document(format, answer);
    const std::string words = done.empty() ? words_of_answer(answer) : std::string(done);
    complain(fmt::format("{} {}: {}", noun, id, words));
}

} // namespace sluice
