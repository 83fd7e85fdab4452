// SPDX-License-Identifier: Apache-2.0
#include "cli/cli_command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "store/tenants.h"

namespace sluice {

namespace {

struct TenantOptions {
    std::string schema;
    std::string user; // empty: as the schema

    Tenant tenant() const { return {schema, user.empty() ? schema : user}; }
};
using TenantOptionsPtr = std::shared_ptr<TenantOptions>;

void print_access(OutputFormat format, const TenantAccess& access)
{
    if (format == OutputFormat::table || format == OutputFormat::name) {
        print(access.url);
        return;
    }
    Json document = Json::object();
    document["schema_name"] = access.tenant.schema;
    document["username"] = access.tenant.user;
    document["password"] = access.password;
    document["connection_string"] = access.url;
    print_document(format, document);
}

void print_tenants(OutputFormat format, const std::vector<std::string>& schemas)
{
    Json list = Json::array();
    Table table({"SCHEMA"});
    for (const std::string& schema : schemas) {
        list.push_back(Json{{"schema_name", schema}});
        table.add({schema});
        if (format == OutputFormat::name)
            print(schema);
    }
    if (format == OutputFormat::table)
        print_bytes(table.text());
    else if (format != OutputFormat::name)
        print_document(format, Json{{"tenants", std::move(list)}});
}

Async<Result<int>> create_tenant(Context& context, TenantOptionsPtr options)
{
    const Result<std::unique_ptr<Tenants>> tenants = open_tenants(context.config.db);
    if (!tenants)
        co_return tenants.error();
    const Result<TenantAccess> access = (*tenants)->create(options->tenant(), "");
    if (!access)
        co_return access.error();
    print_access(context.config.output, *access);
    co_return exit_code::success;
}

Async<Result<int>> remove_tenant(Context& context, TenantOptionsPtr options)
{
    const Result<std::unique_ptr<Tenants>> tenants = open_tenants(context.config.db);
    if (!tenants)
        co_return tenants.error();
    const Result<void> removed = (*tenants)->remove(options->tenant());
    if (!removed)
        co_return removed.error();
    co_return exit_code::success;
}

Async<Result<int>> list_tenants(Context& context)
{
    const Result<std::unique_ptr<Tenants>> tenants = open_tenants(context.config.db);
    if (!tenants)
        co_return tenants.error();
    const Result<std::vector<std::string>> schemas = (*tenants)->list();
    if (!schemas)
        co_return schemas.error();
    print_tenants(context.config.output, *schemas);
    co_return exit_code::success;
}

} // namespace

void add_tenant(CliCommand& root)
{
    CliCommand tenant = root.add("tenant");
    tenant.needs_command();
    const auto options = std::make_shared<TenantOptions>();

    CliCommand create = tenant.add("create");
    create.argument("SCHEMA", options->schema, "letters, digits and underscores");
    create.option("--user", options->user, "who owns it and is made with it [SCHEMA]");
    create.runs([options](Context& context) { return create_tenant(context, options); });

    tenant.add("list").runs(list_tenants);

    CliCommand remove = tenant.add("remove");
    remove.argument("SCHEMA", options->schema, "of the tenant");
    remove.option("--user", options->user, "who owns it [SCHEMA]");
    remove.runs([options](Context& context) { return remove_tenant(context, options); });
}

} // namespace sluice
