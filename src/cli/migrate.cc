// SPDX-License-Identifier: Apache-2.0
#include "app/database.h"
#include "cli/cli_command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"

namespace sluice {

namespace {

Async<Result<int>> migrate(Context& context)
{
    const Result<Database> database =
        open_database(context.loop.get_executor(), context.config, context.logs);
    if (!database)
        co_return database.error();
    print(without_password(context.config.db) + " is up to date");
    co_return exit_code::success;
}

} // namespace

void add_migrate(CliCommand& root)
{
    root.add("migrate").runs(migrate);
}

} // namespace sluice
