// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.h"

namespace sluice {

// Fills in the database and the directories that were not set, and makes relative ones absolute:
// the database is <state>/sluice.db, where <state> is $XDG_STATE_HOME/sluice or
// ~/.local/state/sluice, and the data directory is the folder of an SQLite database, else <state>.
// Errors (invalid): the default is needed, and neither variable is set.
Result<void> place_directories(Config& config, const ConfigSources& sources);

// Makes a directory and those above it, for this user alone. Errors: those of the system.
Result<void> make_directory(const std::string& path);

// Makes the folder of an SQLite database; nothing for other databases.
Result<void> make_database_folder(const Config& config);

} // namespace sluice
