// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "model/pipeline_schema.h"

namespace sluice {

namespace {

Async<Result<int>> print_schema(Context& context)
{
    print_document(context.config.output, pipeline_schema());
    co_return exit_code::success;
}

} // namespace

void add_schema(CommandLine& line)
{
    line.runs(line.add(line.root(), "schema"), print_schema);
}

} // namespace sluice
