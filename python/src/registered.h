// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workflows/host.h"

#include <memory>
#include <string_view>
#include <vector>

// The workflows and triggers of the process, and the Hosts that hear of them. The GIL guards it
// all; nothing in here is ever destroyed.
namespace sluice::python {

// To every Host that lives, and to those that come. The same namespace or name again replaces it.
void add(RegisteredWorkflow workflow);
void add(RegisteredTrigger trigger);

// From now on it hears of all.
void add(const std::shared_ptr<Host>& host);

std::vector<std::shared_ptr<Host>> live_hosts();

void forget_hosts(); // in a child of a fork: they are the parent's

} // namespace sluice::python
