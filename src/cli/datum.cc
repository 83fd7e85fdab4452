// SPDX-License-Identifier: Apache-2.0
#include "cli/datum.h"

#include "cli/cli_command.h"
#include "cli/commands.h"

namespace sluice {

void add_datum(CliCommand& root)
{
    CliCommand datum = root.add("datum");
    datum.needs_command();
    add_datum_list(datum);
    add_datum_describe(datum);
    add_datum_why(datum);
    add_datum_logs(datum);
    add_datum_retry(datum);
}

} // namespace sluice
