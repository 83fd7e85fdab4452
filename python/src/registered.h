// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workflows/host.h"

#include <memory>
#include <string_view>
#include <vector>

// The workflows and triggers of the process, and the Hosts that hear of them. The GIL guards it
// all; nothing in here is ever destroyed but by forget_registered().
namespace sluice::python {

// When each Host has recorded a trigger, or cannot.
using Recordings = std::vector<PendingPtr<bool>>;

// To every Host that lives, and to those that come. The same namespace or name again replaces it.
void add(RegisteredWorkflow workflow);
[[nodiscard]] Recordings add(RegisteredTrigger trigger);

// From now on it hears of all.
[[nodiscard]] Recordings add(const std::shared_ptr<Host>& host);

// Waits for them, whatever their answers: that a Host takes nothing any more is no concern of who
// registers. False: a signal handler has raised, which is set.
bool are_answered(const Recordings& recordings);

std::vector<std::shared_ptr<Host>> live_hosts();

void forget_hosts(); // in a child of a fork: they are the parent's

// At the end of the program: lets go of its functions.
void forget_registered();

} // namespace sluice::python
