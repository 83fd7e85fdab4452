// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/cli_command.h"

#include <string>

namespace sluice {

class App;

// Runs a job of the database in this process until it is final, with its progress on stderr, and
// says how it has ended: the exit code of `job run`. Any number of processes may run the same job.
// After an interrupt it hands back what runs here, and says how to go on. The caller stops the app.
Async<Result<int>> run_in_foreground(Context& context, App& app, std::string job);

// What `job run`, `job retry` and `job resume` do with an app of their own, stopped at the end.
using AppAction = std::function<Async<Result<int>>(Context&, App&)>;
CommandAction on_app(AppAction action);

} // namespace sluice
