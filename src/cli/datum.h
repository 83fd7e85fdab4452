// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sluice {

class CliCommand;

// The commands below `datum`, each in a file of its name.
void add_datum_describe(CliCommand& datum);
void add_datum_list(CliCommand& datum);
void add_datum_logs(CliCommand& datum);
void add_datum_retry(CliCommand& datum);
void add_datum_why(CliCommand& datum);

} // namespace sluice
