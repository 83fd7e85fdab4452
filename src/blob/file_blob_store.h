// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blob/blob_store.h"

namespace sluice {

class WorkerThreads;

// Files of this machine: `file:///path` and absolute paths. Symbolic links are followed; one that
// leads nowhere or into a circle is an error. `threads` does the blocking work and must outlive the
// store and its listings.
std::unique_ptr<BlobStore> make_file_blob_store(WorkerThreads& threads);

// The path within a file URI or a plain path. Errors (invalid): another scheme, a host, a relative
// path, a NUL byte.
Result<std::string> file_path(std::string_view uri);

} // namespace sluice
