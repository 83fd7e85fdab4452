// SPDX-License-Identifier: Apache-2.0
#include "batch/prefetch_limit.h"

#include "async/signal.h"

#include <algorithm>
#include <filesystem>
#include <sys/stat.h>

namespace sluice {

namespace {

namespace fs = std::filesystem;

// Looking at many files takes a twentieth of the time at most.
constexpr int pause_share = 20;
constexpr std::uint64_t block_bytes = 512; // of st_blocks, whatever the file system's

} // namespace

std::uint64_t bytes_on_disk(const std::string& directory)
{
    std::uint64_t bytes = 0;
    std::error_code problem;
    const auto options = fs::directory_options::skip_permission_denied;
    fs::recursive_directory_iterator entry(directory, options, problem);
    for (; !problem && entry != fs::recursive_directory_iterator(); entry.increment(problem)) {
        struct stat status {};
        const bool is_there = ::lstat(entry->path().c_str(), &status) == 0;
        if (is_there && S_ISREG(status.st_mode) && status.st_nlink == 1)
            bytes += static_cast<std::uint64_t>(status.st_blocks) * block_bytes;
    }
    return bytes;
}

PrefetchLimit::PrefetchLimit(
    asio::any_io_executor executor, WorkerThreads& threads, std::string directory, Options options
)
    : threads_(threads), directory_(std::move(directory)), options_(options), stop_(executor)
{}

Async<bool> PrefetchLimit::is_passed()
{
    auto look = [this] { return bytes_on_disk(directory_); };
    const std::uint64_t bytes = co_await threads_.run(std::move(look));
    if (bytes > options_.bytes_max)
        stop_.request();
    co_return stop_.requested();
}

Async<Result<void>> PrefetchLimit::run()
{
    for (;;) {
        const auto begin = std::chrono::steady_clock::now();
        co_await is_passed();
        const auto taken = std::chrono::steady_clock::now() - begin;
        co_await sleep_for(
            std::max<std::chrono::steady_clock::duration>(options_.look, taken * pause_share)
        );
    }
}

} // namespace sluice
