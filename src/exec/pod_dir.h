// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exec/work_dir.h"

#include <memory>
#include <string>

namespace sluice {

// Where a pod has its places. /pfs and /scratch are mounts, so they cannot be renamed or removed:
// `<pfs>/now` is what the command sees as `seen_pfs`, and what is fetched ahead waits in
// `<pfs>/next`, out of its sight. Both are one file system and one mount.
struct PodRoots {
    std::string pfs = "/sluice/pfs";
    std::string seen_pfs = "/pfs";
    std::string scratch = "/scratch";
};

// The places of a pod for one attempt, named `id` among those that wait. Only one attempt at a time
// may be between enter() and remove(). Inputs are read-only files. `threads` outlives it.
std::unique_ptr<AttemptPlace>
make_pod_place(WorkerThreads& threads, PodRoots roots, std::string id);

// Removes what another worker of this pod has left. Blocking.
Result<void> clear_pod_places(const PodRoots& roots);

} // namespace sluice
