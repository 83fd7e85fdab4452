// SPDX-License-Identifier: Apache-2.0
#include "api/keys.h"
#include "app/database.h"
#include "base/enum_names.h"
#include "base/random.h"
#include "base/text.h"
#include "cli/cli_command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/jobs_port.h"
#include "cli/output.h"
#include "store/store.h"

namespace sluice {

namespace {

constexpr EnumNames<KeyRole, 3> role_names{
    {{KeyRole::read, "read"}, {KeyRole::write, "write"}, {KeyRole::admin, "admin"}}};
constexpr std::size_t name_size_max = 100;

struct KeyOptions {
    std::string name;
    std::string role = "write";
};
using KeyOptionsPtr = std::shared_ptr<KeyOptions>;

Result<void> check_name(const std::string& name)
{
    if (name.empty() || name.size() > name_size_max || printable(name) != name ||
        name.find_first_of("\n\t") != std::string::npos)
        return Error{
            Errc::invalid, fmt::format(
                               "key name '{}': must be 1 to {} printable characters",
                               printable(name), name_size_max
                           )};
    return {};
}

Json document_of(const KeyRow& key)
{
    Json document = Json::object();
    document["name"] = key.name;
    document["role"] = role_names.name(key.role);
    document["created_at"] = format_time(key.created_at);
    document["revoked_at"] = nullptr;
    if (key.revoked_at)
        document["revoked_at"] = format_time(*key.revoked_at);
    return document;
}

Async<Result<int>> create_key(Context& context, KeyOptionsPtr options)
{
    if (const Result<void> checked = check_name(options->name); !checked)
        co_return checked.error();
    const Result<Database> database =
        open_database(context.loop.get_executor(), context.config, context.logs);
    if (!database)
        co_return database.error();
    SystemRandom random;
    const std::string secret = make_api_key(random);
    CreateKey request;
    request.name = options->name;
    request.hash = hash_api_key(secret);
    request.role = *role_names.find(options->role);
    request.actor = actor_of_this_user();
    Result<KeyRow> created = co_await database->store->create_key(std::move(request));
    if (!created && created.error().code == Errc::conflict)
        co_return Error{
            Errc::conflict, fmt::format("there is a key '{}' already", printable(options->name))};
    if (!created)
        co_return created.error();
    if (context.config.output == OutputFormat::table || context.config.output == OutputFormat::name)
        print(secret);
    else {
        Json document = document_of(*created);
        document["key"] = secret;
        print_document(context.config.output, document);
    }
    co_return exit_code::success;
}

void print_keys(OutputFormat format, const std::vector<KeyRow>& keys)
{
    Json list = Json::array();
    Table table({"NAME", "ROLE", "CREATED", "REVOKED"});
    for (const KeyRow& key : keys) {
        list.push_back(document_of(key));
        table.add(
            {key.name, std::string(role_names.name(key.role)), format_time(key.created_at),
             key.revoked_at ? format_time(*key.revoked_at) : "-"}
        );
        if (format == OutputFormat::name)
            print(key.name);
    }
    if (format == OutputFormat::table)
        print_bytes(table.text());
    else if (format != OutputFormat::name)
        print_document(format, Json{{"keys", std::move(list)}});
}

Async<Result<int>> list_keys(Context& context)
{
    const Result<Database> database =
        open_database(context.loop.get_executor(), context.config, context.logs);
    if (!database)
        co_return database.error();
    const auto ask = [](Reads& reads) { return reads.keys(); };
    Result<std::vector<KeyRow>> keys = co_await database->store->read(ask);
    if (!keys)
        co_return keys.error();
    print_keys(context.config.output, *keys);
    co_return exit_code::success;
}

Async<Result<int>> revoke_key(Context& context, KeyOptionsPtr options)
{
    const Result<Database> database =
        open_database(context.loop.get_executor(), context.config, context.logs);
    if (!database)
        co_return database.error();
    RevokeKey request;
    request.name = options->name;
    request.actor = actor_of_this_user();
    Result<bool> revoked = co_await database->store->revoke_key(std::move(request));
    if (!revoked)
        co_return revoked.error();
    co_return exit_code::success;
}

} // namespace

void add_key(CliCommand& root)
{
    CliCommand key = root.add("key");
    key.needs_command();
    const auto options = std::make_shared<KeyOptions>();

    CliCommand create = key.add("create");
    create.argument("NAME", options->name, "what you will call it");
    create.option(
        "--role", options->role, "read, write or admin [write]", {"read", "write", "admin"}
    );
    create.runs([options](Context& context) { return create_key(context, options); });

    key.add("list").runs(list_keys);

    CliCommand revoke = key.add("revoke");
    revoke.argument("NAME", options->name, "of the key");
    revoke.runs([options](Context& context) { return revoke_key(context, options); });
}

} // namespace sluice
