// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/wire_task.h"
#include "store/service_reads.h"

namespace sluice {

// A stored rule or action: its own members as they were sent, and what the server says of it.
// Errors (corrupt): what is stored is not what was written.
Result<Json> definition_json(const ServiceReads::DefinitionView& view, const SpellId& spell);

} // namespace sluice
