// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace sluice {

class CommandLine;

// Every command of the program. Each function stands in a file of its name and adds its command,
// with those below it.
void add_commands(CommandLine& line);

void add_bench(CommandLine& line);
void add_config(CommandLine& line);
void add_datum(CommandLine& line);
void add_db(CommandLine& line);
void add_job(CommandLine& line);
void add_key(CommandLine& line);
void add_migrate(CommandLine& line);
void add_schema(CommandLine& line);
void add_serve(CommandLine& line);
void add_version(CommandLine& line);
void add_worker(CommandLine& line);

} // namespace sluice
