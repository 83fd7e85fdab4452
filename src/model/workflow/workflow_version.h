// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/workflow/workflow_definition.h"

#include <string>

namespace sluice {

// 16 hex digits that are the same for equal definitions and differ for others, short of a collision
// of 64 bits: the SHA-256 of the canonical JSON of full name, description, tags and, in their order
// of declaration, the tasks' ids, dependencies, rules and fingerprints. How often and how long a
// task is tried does not count. Versions are stored: what they are made of may never change.
std::string workflow_version(const WorkflowDefinition& definition);

} // namespace sluice
