// SPDX-License-Identifier: Apache-2.0
#include "batch/local_workers.h"

namespace sluice {

Dispatcher::Options LocalWorkers::dispatcher()
{
    Dispatcher::Options options;
    options.queues = {"job/*"};
    options.capacity = workers_;
    options.queue_limit = [this](const Leased& task) { return limit_of(task); };
    return options;
}

// A job whose facts cannot be read now goes on with one worker; its executor tells why.
Async<std::size_t> LocalWorkers::limit_of(const Leased& task)
{
    const Result<std::shared_ptr<const JobFacts>> facts = co_await facts_.of(task.run);
    if (!facts)
        co_return 1;
    co_return static_cast<std::size_t>((*facts)->pipeline->workers);
}

} // namespace sluice
