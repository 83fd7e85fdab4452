// SPDX-License-Identifier: Apache-2.0
#include "batch/attempt_logs.h"

#include "async/signal.h"
#include "exec/remove_tree.h"

#include <fmt/format.h>

namespace sluice {

namespace {
// A log tells nobody that it has grown; readers look again and again.
constexpr std::chrono::milliseconds look_again{200};
} // namespace

std::string attempt_log_path(std::string_view directory, const AttemptLogName& name)
{
    return fmt::format("{}/{}/{}.{}.log", directory, name.job_id, name.datum_id, name.attempt);
}

Async<Result<LogPage>>
AttemptLogs::read(std::string path, std::uint64_t offset, std::size_t bytes_max)
{
    auto work = [&path, offset, bytes_max] { return read_attempt_log(path, offset, bytes_max); };
    co_return co_await threads_.run(std::move(work));
}

Async<Result<LogPage>> AttemptLogs::follow(
    std::string path, std::uint64_t offset, std::chrono::steady_clock::duration limit
)
{
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (;;) {
        auto work = [&path, offset] { return read_attempt_log(path, offset); };
        Result<LogPage> page = co_await threads_.run(std::move(work));
        const auto left = deadline - std::chrono::steady_clock::now();
        if (!page || !page->chunks.empty() || page->complete || left.count() <= 0)
            co_return page;
        co_await sleep_for(std::min<std::chrono::steady_clock::duration>(look_again, left));
    }
}

Async<Result<LogExtent>> AttemptLogs::measure(std::string path)
{
    auto work = [&path] { return measure_attempt_log(path); };
    co_return co_await threads_.run(std::move(work));
}

Async<Result<void>> AttemptLogs::remove(std::string job_id)
{
    const std::string path = fmt::format("{}/{}", directory_, job_id);
    auto work = [&path] { return remove_tree(path); };
    co_return co_await threads_.run(std::move(work));
}

} // namespace sluice
