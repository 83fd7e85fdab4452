// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/api.h"
#include "async/worker_threads.h"

namespace sluice {

// Above so many bytes of documents, work on them would hold up the loop for longer than a write
// group takes.
inline constexpr std::size_t documents_on_loop_max = 64u << 10;

// What `work` returns; large work is done on another thread. It borrows what lives until then.
template <class Work>
Async<std::invoke_result_t<Work&>> off_loop(Api& api, std::size_t bytes, Work work)
{
    if (bytes <= documents_on_loop_max)
        co_return work();
    co_return co_await api.threads.run(std::move(work));
}

} // namespace sluice
