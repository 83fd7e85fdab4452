// SPDX-License-Identifier: Apache-2.0
#include "base/os.h"
#include "cli/cli_command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "store/url.h"

#include <cerrno>
#include <unistd.h>

namespace sluice {

namespace {

Async<Result<int>> print_url(Context& context)
{
    print(context.config.db);
    co_return exit_code::success;
}

// Becomes the console: returns only when that cannot be started.
Error become(const char* program, std::vector<std::string> arguments)
{
    std::vector<char*> argv;
    for (std::string& argument : arguments)
        argv.push_back(argument.data());
    argv.push_back(nullptr);
    execvp(program, argv.data());
    return os_error("start the program", program, errno);
}

Async<Result<int>> open_console(Context& context)
{
    const Result<DatabaseUrl> url = parse_database_url(context.config.db);
    if (!url)
        co_return url.error();
    if (url->dialect == DatabaseUrl::Dialect::postgres)
        co_return become("psql", {"psql", "--", url->target});
    // sqlite3 would make a new file of it.
    if (access(url->target.c_str(), R_OK) != 0)
        co_return os_error("open the database", url->target, errno);
    co_return become("sqlite3", {"sqlite3", url->target});
}

} // namespace

void add_db(CliCommand& root)
{
    CliCommand db = root.add("db");
    db.needs_command();
    db.add("url").runs(print_url);
    db.add("console").runs(open_console);
}

} // namespace sluice
