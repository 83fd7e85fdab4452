// SPDX-License-Identifier: Apache-2.0
#include "cli/cli_command.h"
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

void add_schema(CliCommand& root)
{
    root.add("schema").runs(print_schema);
}

} // namespace sluice
