// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/cli_command.h"

namespace sluice {

// The action with the Sluice of a cluster as its server: a port leads there for as long as it runs,
// and the key comes from the Secret `sluice`. Context and namespace are those of the settings. Its
// errors: no kubectl, no such service, no right.
CommandAction through_proxy(CommandAction action);

} // namespace sluice
