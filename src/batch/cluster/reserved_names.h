// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/pipeline.h"
#include "model/validation.h"

#include <set>
#include <string>
#include <vector>

// What is Sluice's own in the namespace where jobs run: no pod of a job gets it by its name. Pure.
namespace sluice {

// The Secrets that a pipeline asks for.
std::set<std::string> secret_names(const Transform& transform);

// What it asks for that is the installation's, or the token of one of `jobs` (their names are those
// of the Secrets of their tokens).
std::vector<Problem>
check_reserved_names(const Transform& transform, const std::set<std::string>& jobs);

} // namespace sluice
