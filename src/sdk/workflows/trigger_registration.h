// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sluice/triggers.h"
#include "workflows/registration.h"

#include <cstddef>

namespace sluice::workflows {

// A trigger as the engine asks it. Throws DefinitionError with all that is wrong and can be seen
// without a database; expression and zone are looked at there.
RegisteredTrigger registration_of(const Trigger& trigger, std::size_t context_bytes_max);

} // namespace sluice::workflows
