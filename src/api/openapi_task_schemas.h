// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"

namespace sluice {

// The schemas (JSON Schema 2020-12) of what the task service reads and writes, by name. Those of
// requests are made of the descriptions that read them; a test validates real answers against the
// others.
Json task_schemas();

} // namespace sluice
