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

// The places of one attempt, wherever they are: its inputs, its outputs, its scratch. Calls run one
// at a time.
class AttemptPlace {
public:
    virtual ~AttemptPlace() = default;

    virtual std::string pfs() const = 0; // as the command finds it
    virtual std::string scratch() const = 0;
    virtual std::string input_directory() const = 0; // what fill() writes lies below it

    // Lays out the directories and fetches the inputs; they are not yet where the command looks.
    // Use FetchMode::own_copy when the command could write to them (Isolation::none). Errors
    // (invalid): a path that is not below /pfs/<repo>, is in /pfs/out, has `.` or `..`, or stands
    // twice; and those of the store.
    virtual Async<Result<void>>
    fill(BlobStore& store, std::vector<WorkInput> inputs, TransferOptions options) = 0;

    // The command is about to run: from here on it finds what fill() brought, an empty /pfs/out and
    // an empty scratch.
    virtual Async<Result<void>> enter() = 0;

    // The outputs, in byte order of their paths. A link is what it leads to, as the command saw it
    // (/pfs/… means this place). Errors (invalid), with the name: a link that leaves /pfs, leads
    // nowhere or in a circle; a socket, device or pipe. Empty directories are nothing.
    virtual Async<Result<std::vector<OutputFile>>> outputs() = 0;

    // Removes everything, also what the command made inaccessible. Fine when there is nothing.
    virtual Async<Result<void>> remove() = 0;
};

// The directories of one attempt: <root>/pfs/<repo>/…, <root>/pfs/out and <root>/scratch. The
// blocking work is done on `threads`, which must outlive this.
class WorkDir final : public AttemptPlace {
public:
    // `root` must not exist; its parents are made.
    WorkDir(WorkerThreads& threads, std::string root);

    std::string pfs() const override { return root_ + "/pfs"; }
    std::string scratch() const override { return root_ + "/scratch"; }
    std::string input_directory() const override { return pfs(); }
    std::string log_file() const { return root_ + "/log"; }

    Async<Result<void>>
    fill(BlobStore& store, std::vector<WorkInput> inputs, TransferOptions options) override;
    Async<Result<void>> enter() override;
    Async<Result<std::vector<OutputFile>>> outputs() override;
    Async<Result<void>> remove() override;

private:
    WorkerThreads& threads_;
    std::string root_;
};

} // namespace sluice
