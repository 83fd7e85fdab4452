// SPDX-License-Identifier: Apache-2.0
#include "exec/pod_dir.h"

#include "async/worker_threads.h"
#include "base/os.h"
#include "exec/outputs.h"
#include "exec/remove_tree.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <sys/stat.h>

namespace sluice {

namespace {

Result<void> make_directory(const std::string& path)
{
    if (::mkdir(path.c_str(), 0777) == 0 || errno == EEXIST)
        return {};
    return os_error("create", path, errno);
}

// Both are in one mount, so this is a matter of names.
Result<void> move_entries(const std::string& from, const std::string& to)
{
    const Directory directory{::opendir(from.c_str())};
    if (!directory)
        return os_error("read", from, errno);
    while (const dirent* const entry = ::readdir(directory.get())) {
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..")
            continue;
        const std::string source = fmt::format("{}/{}", from, name);
        const std::string target = fmt::format("{}/{}", to, name);
        if (::rename(source.c_str(), target.c_str()) != 0)
            return os_error("move", source, errno);
    }
    return {};
}

// What a read-only mount of /pfs says to commands elsewhere.
Result<void> protect(const std::vector<std::string>& files)
{
    for (const std::string& file : files)
        if (::chmod(file.c_str(), 0444) != 0)
            return os_error("protect", file, errno);
    return {};
}

class PodPlace final : public AttemptPlace {
public:
    PodPlace(WorkerThreads& threads, PodRoots roots, const std::string& id)
        : threads_(threads),
          roots_(std::move(roots)),
          root_(fmt::format("{}/next/{}", roots_.pfs, id)),
          waiting_(threads, root_)
    {}

    std::string pfs() const override { return roots_.seen_pfs; }
    std::string scratch() const override { return roots_.scratch; }
    std::string input_directory() const override { return waiting_.pfs(); }

    Async<Result<void>>
    fill(BlobStore& store, std::vector<WorkInput> inputs, TransferOptions options) override
    {
        std::vector<std::string> files;
        for (const WorkInput& input : inputs)
            files.push_back(root_ + input.local_path); // "/pfs/…", checked by the fill below
        const Result<void> filled = co_await waiting_.fill(store, std::move(inputs), options);
        if (!filled || options.mode == FetchMode::may_share)
            co_return filled;
        auto work = [&files] { return protect(files); };
        co_return co_await threads_.run(std::move(work));
    }

    Async<Result<void>> enter() override
    {
        is_entered_ = true;
        auto work = [this] { return show(); };
        co_return co_await threads_.run(std::move(work));
    }

    Async<Result<std::vector<OutputFile>>> outputs() override
    {
        auto work = [this] { return collect_outputs(roots_.seen_pfs); };
        co_return co_await threads_.run(std::move(work));
    }

    Async<Result<void>> remove() override
    {
        auto work = [this]() -> Result<void> {
            Result<void> removed = is_entered_ ? clear() : Result<void>();
            return removed ? remove_tree(root_) : removed;
        };
        co_return co_await threads_.run(std::move(work));
    }

private:
    std::string now() const { return roots_.pfs + "/now"; }

    // The command of before may have left anything in its places.
    Result<void> clear() const
    {
        if (Result<void> emptied = empty_tree(now()); !emptied)
            return emptied;
        return empty_tree(roots_.scratch);
    }

    Result<void> show() const
    {
        if (Result<void> cleared = clear(); !cleared)
            return cleared;
        for (const std::string& directory : {now(), roots_.scratch})
            if (Result<void> made = make_directory(directory); !made)
                return made;
        return move_entries(waiting_.pfs(), now());
    }

    WorkerThreads& threads_;
    PodRoots roots_;
    std::string root_;
    WorkDir waiting_;
    bool is_entered_ = false;
};

} // namespace

std::unique_ptr<AttemptPlace> make_pod_place(WorkerThreads& threads, PodRoots roots, std::string id)
{
    return std::make_unique<PodPlace>(threads, std::move(roots), id);
}

Result<void> clear_pod_places(const PodRoots& roots)
{
    return remove_tree(roots.pfs + "/next");
}

} // namespace sluice
