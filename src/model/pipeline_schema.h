// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"

namespace sluice {

// The JSON Schema (2020-12) of pipeline files, what `sluice schema` prints. Made of the same
// descriptions as read_pipeline; the reader is stricter only where a schema has no words for a rule
// (the grammar of globs, say).
Json pipeline_schema();

} // namespace sluice
