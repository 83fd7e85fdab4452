// SPDX-License-Identifier: Apache-2.0
#include "app/version.h"

#include "cli/cli_command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"

namespace sluice {

namespace {

Async<Result<int>> print_version(Context&)
{
    print("sluice " + std::string(version()));
    co_return exit_code::success;
}

} // namespace

void add_version(CliCommand& root)
{
    root.add("version").runs(print_version);
}

} // namespace sluice
