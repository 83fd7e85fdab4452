// SPDX-License-Identifier: Apache-2.0
#include "exec/work_dir.h"

#include "async/worker_threads.h"
#include "base/os.h"
#include "base/text.h"
#include "exec/outputs.h"
#include "exec/remove_tree.h"

#include <cerrno>
#include <set>
#include <sys/stat.h>

namespace sluice {

namespace {

constexpr std::string_view pfs_prefix = "/pfs/";

Error bad_input(const WorkInput& input, std::string_view problem)
{
    return {
        Errc::invalid, fmt::format(
                           "the input '{}' cannot be shown as '{}': {}", printable_path(input.uri),
                           printable_path(input.local_path), problem
                       )};
}

// The path of an input below /pfs.
Result<std::string> path_below_pfs(const WorkInput& input)
{
    if (!input.local_path.starts_with(pfs_prefix))
        return bad_input(input, "it is not below /pfs");
    const std::string path = input.local_path.substr(pfs_prefix.size());
    if (path.find('\0') != std::string::npos)
        return bad_input(input, "its name has a NUL byte");
    const std::vector<std::string> parts = split(path, '/');
    for (const std::string& part : parts)
        if (part.empty() || part == "." || part == "..")
            return bad_input(input, "its name has an empty part, '.' or '..'");
    if (parts.size() < 2 || parts.front() == "out")
        return bad_input(input, "it must be /pfs/<repo>/…, and <repo> not 'out'");
    return path;
}

Result<void> make_directory(const std::string& path)
{
    if (::mkdir(path.c_str(), 0777) == 0 || errno == EEXIST)
        return {};
    return os_error("create", path, errno);
}

Result<void> make_parents(const std::string& path)
{
    for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
         slash = path.find('/', slash + 1))
        if (auto made = make_directory(path.substr(0, slash)); !made)
            return made;
    return {};
}

// The skeleton with every directory that an input needs; answers what is to be fetched.
Result<std::vector<Transfer>> lay_out(const std::string& root, const std::vector<WorkInput>& inputs)
{
    if (auto made = make_parents(root); !made)
        return made.error();
    if (::mkdir(root.c_str(), 0777) != 0)
        return os_error("create", root, errno);
    for (const char* name : {"/pfs", "/pfs/out", "/scratch"})
        if (auto made = make_directory(root + name); !made)
            return made.error();

    std::set<std::string> made, taken;
    std::vector<Transfer> transfers;
    for (const WorkInput& input : inputs) {
        const Result<std::string> path = path_below_pfs(input);
        if (!path)
            return path.error();
        if (!taken.insert(*path).second)
            return bad_input(input, "another input of the datum has that name");
        for (std::size_t slash = path->find('/'); slash != std::string::npos;
             slash = path->find('/', slash + 1))
            if (std::string directory = path->substr(0, slash); made.insert(directory).second)
                if (auto created = make_directory(root + "/pfs/" + directory); !created)
                    return created.error();
        transfers.push_back({input.uri, root + "/pfs/" + *path});
    }
    return transfers;
}

} // namespace

WorkDir::WorkDir(WorkerThreads& threads, std::string root)
    : threads_(threads), root_(std::move(root))
{}

Async<Result<void>>
WorkDir::fill(BlobStore& store, std::vector<WorkInput> inputs, TransferOptions options)
{
    auto prepare = [this, &inputs] { return lay_out(root_, inputs); };
    Result<std::vector<Transfer>> transfers = co_await threads_.run(std::move(prepare));
    if (!transfers)
        co_return transfers.error();
    std::vector<Transfer> wanted = std::move(*transfers);
    co_return co_await store.fetch(std::move(wanted), options);
}

Async<Result<void>> WorkDir::enter()
{
    co_return Result<void>();
}

Async<Result<std::vector<OutputFile>>> WorkDir::outputs()
{
    auto collect = [this] { return collect_outputs(pfs()); };
    co_return co_await threads_.run(std::move(collect));
}

Async<Result<void>> WorkDir::remove()
{
    auto removal = [this] { return remove_tree(root_); };
    co_return co_await threads_.run(std::move(removal));
}

} // namespace sluice
