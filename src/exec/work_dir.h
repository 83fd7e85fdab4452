// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "blob/blob_store.h"

#include <string>
#include <vector>

namespace sluice {

class WorkerThreads;

// One input file of a datum. `local_path` is where the command sees it: "/pfs/<repo>/…".
struct WorkInput {
    std::string uri;
    std::string local_path;
};

// A file that the command left below /pfs/out.
struct OutputFile {
    std::string path; // relative to /pfs/out, any bytes but NUL
    std::string file; // host path of the content, which is elsewhere when `path` is a link

    friend bool operator==(const OutputFile&, const OutputFile&) = default;
};

// The directories of one attempt: <root>/pfs/<repo>/…, <root>/pfs/out and <root>/scratch. Calls run
// one at a time; the blocking work is done on `threads`, which must outlive this.
class WorkDir {
public:
    // `root` must not exist; its parents are made.
    WorkDir(WorkerThreads& threads, std::string root);

    std::string pfs() const { return root_ + "/pfs"; }
    std::string scratch() const { return root_ + "/scratch"; }
    std::string log_file() const { return root_ + "/log"; }

    // Lays out the directories and fetches the inputs. Use FetchMode::own_copy when the command
    // could write to them (Isolation::none). Errors (invalid): a path that is not below
    // /pfs/<repo>, is in /pfs/out, has `.` or `..`, or stands twice; and those of the store.
    Async<Result<void>> fill(BlobStore& store, std::vector<WorkInput> inputs, FetchMode mode);

    // The outputs, in byte order of their paths. A link is what it leads to, as the command saw it
    // (/pfs/… means this directory). Errors (invalid), with the name: a link that leaves /pfs,
    // leads nowhere or in a circle; a socket, device or pipe. Empty directories are nothing.
    Async<Result<std::vector<OutputFile>>> outputs();

    // Removes everything, also what the command made inaccessible. Fine when there is nothing.
    Async<Result<void>> remove();

private:
    WorkerThreads& threads_;
    std::string root_;
};

} // namespace sluice
