// SPDX-License-Identifier: Apache-2.0
#include "cli/datum.h"

#include "cli/command_line.h"
#include "cli/commands.h"

#include <CLI/CLI.hpp>

namespace sluice {

void add_datum(CommandLine& line)
{
    CLI::App& datum = line.add(line.root(), "datum");
    datum.require_subcommand(1);
    add_datum_list(line, datum);
    add_datum_describe(line, datum);
    add_datum_why(line, datum);
    add_datum_logs(line, datum);
    add_datum_retry(line, datum);
}

} // namespace sluice
