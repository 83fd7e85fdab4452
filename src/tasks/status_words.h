// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/text.h"
#include "model/task/task_words.h"

#include <string>

namespace sluice {

// The status as it stands in labels, and in the counts of a batch: "success", "canceled".
inline std::string lower_status(TaskState state)
{
    return to_lower(task_status_names.name(state));
}

} // namespace sluice
