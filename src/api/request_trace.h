// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "net/server.h"
#include "net/trace/tracer.h"

namespace sluice {

// Records a request that was answered at `ended`. It goes on with the trace that its client names;
// a change of a task whose client names none is a part of that task's trace, where its webhooks
// are.
void trace_request(Tracer& tracer, const RequestRecord& record, Time ended);

} // namespace sluice
