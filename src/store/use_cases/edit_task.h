// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/service_requests.h"

namespace sluice {

struct WriteContext;

// Changes what the task says: its card, and where it stands when its priority or time change. It is
// not final, and its run is locked.
void edit_task(WriteContext& context, const UpdateTask& request);

} // namespace sluice
