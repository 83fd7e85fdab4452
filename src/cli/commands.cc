// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

namespace sluice {

// In the order of `sluice --help`.
void add_commands(CommandLine& line)
{
    add_job(line);
    add_datum(line);
    add_serve(line);
    add_worker(line);
    add_key(line);
    add_schema(line);
    add_config(line);
    add_db(line);
    add_migrate(line);
    add_bench(line);
    add_version(line);
}

} // namespace sluice
