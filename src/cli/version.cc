// SPDX-License-Identifier: Apache-2.0
#include "app/version.h"

#include "cli/command_line.h"
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

void add_version(CommandLine& line)
{
    line.runs(line.add(line.root(), "version"), print_version);
}

} // namespace sluice
