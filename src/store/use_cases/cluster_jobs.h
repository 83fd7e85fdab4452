// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/context.h"

#include <optional>

namespace sluice {

// The row that comes with a run; nothing when it is not to run on Kubernetes.
std::optional<ClusterJobRow> cluster_job_of(RunId run, const NewRun& request);

// A run that was over lives again, whose row is locked: if it runs on Kubernetes, its Kubernetes
// Job is gone or on its way, and whoever takes it makes another.
void want_again(WriteContext& context, RunId run);

// Why `leader` may not act on the run, whose row is locked; nothing: it may, or there is no leader
// to be asked for.
std::optional<Error> not_led_by(WriteContext& context, RunId run, WorkerId leader);

} // namespace sluice
