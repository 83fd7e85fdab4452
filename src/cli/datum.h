// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace sluice {

class CommandLine;

// The commands below `datum`, each in a file of its name.
void add_datum_describe(CommandLine& line, CLI::App& datum);
void add_datum_list(CommandLine& line, CLI::App& datum);
void add_datum_logs(CommandLine& line, CLI::App& datum);
void add_datum_retry(CommandLine& line, CLI::App& datum);
void add_datum_why(CommandLine& line, CLI::App& datum);

} // namespace sluice
