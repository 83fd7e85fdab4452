// SPDX-License-Identifier: Apache-2.0
#include "workflows/abandon_duty.h"

#include "async/signal.h"
#include "model/workflow/run_words.h"
#include "model/workflow/task_namespace.h"
#include "store/execution_reads.h"
#include "store/store.h"
#include "workflows/registry.h"
#include "workflows/workflow_reads.h"

#include <algorithm>
#include <set>

namespace sluice {

namespace {

constexpr std::string_view workflow_queues = "workflow/";
constexpr Micros looks_max = std::chrono::seconds(10); // between two looks
constexpr int looks_within = 4;                        // the time after which they are failed

// Shared queues of workflows that have something ready, and nobody who serves them.
std::set<std::string> unserved_queues(Reads& reads, Time now)
{
    std::set<std::string> queues;
    for (std::string& queue : reads.executions().queues_with_ready(workflow_queues))
        queues.insert(std::move(queue));
    for (const WorkerRow& worker : reads.executions().servers())
        if (worker.until >= now)
            std::erase_if(queues, [&](const std::string& queue) { return serves(worker, queue); });
    return queues;
}

} // namespace

Async<void> AbandonDuty::run()
{
    for (;;) {
        co_await run_once();
        co_await sleep_for(std::min(after_ / looks_within, looks_max));
    }
}

Async<void> AbandonDuty::run_once()
{
    const Time now = store_.clock().now();
    const auto look = [now](Reads& reads) { return unserved_queues(reads, now); };
    Result<std::set<std::string>> queues = co_await store_.read(look);
    if (!queues)
        co_return;
    for (const std::string& own : registry_.queues())
        queues->erase(own);
    std::erase_if(unserved_, [&](const auto& entry) { return !queues->contains(entry.first); });
    std::vector<std::string> overdue;
    for (const std::string& queue : *queues)
        if (now - unserved_.try_emplace(queue, now).first->second >= after_)
            overdue.push_back(queue);
    for (const std::string& queue : overdue)
        co_await abandon(queue);
}

Async<void> AbandonDuty::abandon(std::string queue)
{
    const std::optional<WorkflowNamespace> name = workflow_of_queue(queue);
    Abandon request;
    request.queues = {queue};
    request.reason = abandoned_unknown(name ? name->text() : queue);
    std::size_t failed = request.limit;
    while (failed == request.limit) {
        const Result<std::size_t> done = co_await store_.abandon(request);
        if (!done)
            co_return;
        failed = *done;
        if (failed > 0)
            log_.warn("{} task(s) failed: {}", failed, request.reason);
    }
}

} // namespace sluice
