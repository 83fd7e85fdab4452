// SPDX-License-Identifier: Apache-2.0
// Tutorial 6: tenants that do not see each other. PostgreSQL: a schema and a user for each, which
// the user of --db has to be allowed to make. SQLite: a file for each.
#include "example.h"
#include "sluice/workflows.h"

#include <cstddef>
#include <iostream>
#include <string>
#include <utility>

using namespace sluice::workflows;
using example::check;

namespace {

Workflow count()
{
    return WorkflowBuilder("count").task(
                                       "one", [](Context& context) { context.set("count", 1); }
    ).build();
}

// Runs the workflow once, and answers how many runs this tenant sees.
std::size_t runs_after_one_more(Runner runner)
{
    runner.add(count());
    check(runner.execute("count").status() == RunStatus::completed, "it has completed");
    return runner.list_runs().size();
}

void with_files(const std::string& url)
{
    const auto file_of = [&url](const std::string& tenant) {
        return url.ends_with(":memory:") ? url : url + "-" + tenant;
    };
    const std::size_t before = Runner(file_of("south")).list_runs().size();
    runs_after_one_more(Runner(file_of("north")));
    check(runs_after_one_more(Runner(file_of("south"))) == before + 1, "south sees its own runs");

    const auto ask_for_schema = [&url] { Runner::with_schema(url, "north"); };
    check(example::throws(Error::Kind::invalid, ask_for_schema), "SQLite has no schemas");
}

void with_schemas(const std::string& url)
{
    Admin admin(url);
    const TenantCredentials north =
        admin.create_tenant({.schema_name = "example_north", .username = "example_north"});
    const TenantCredentials south =
        admin.create_tenant({.schema_name = "example_south", .username = "example_south"});
    for (const std::string& tenant : admin.list_tenants())
        std::cout << tenant << '\n';
    for (const TenantCredentials& tenant : {north, south}) {
        Runner runner = Runner::with_schema(tenant.connection_string, tenant.schema_name);
        check(runs_after_one_more(std::move(runner)) == 1, "each sees its own run only");
    }

    const auto look_elsewhere = [&] {
        Runner::with_schema(north.connection_string, south.schema_name).list_runs();
    };
    bool is_refused = false;
    try {
        look_elsewhere();
    } catch (const Error& error) {
        std::cout << error.what() << '\n';
        is_refused = true;
    }
    check(is_refused, "the user of north cannot open the schema of south");

    admin.remove_tenant(north.schema_name, north.username);
    admin.remove_tenant(south.schema_name, south.username);
}

void tutorial(const std::string& url)
{
    if (url.starts_with("postgres"))
        with_schemas(url);
    else
        with_files(url);
}

} // namespace

int main(int argc, char** argv)
{
    return example::run(argc, argv, tutorial);
}
