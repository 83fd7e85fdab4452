// SPDX-License-Identifier: Apache-2.0
#include "batch/output_sweeper.h"

#include "store/store.h"

#include <map>

namespace sluice {

namespace {

// Removal is to be over before others may take the rows.
constexpr std::size_t piece = 1000;
constexpr Micros removal_lease = std::chrono::minutes(1);

// What another process took and could not remove is free by then.
constexpr std::chrono::minutes look_again{1};

} // namespace

OutputSweeper::OutputSweeper(
    asio::any_io_executor executor, Store& store, BlobStores& blobs, Log log
)
    : store_(store), blobs_(blobs), log_(std::move(log)), facts_(store), wake_(executor)
{}

Async<Result<std::size_t>> OutputSweeper::run_once()
{
    std::size_t removed = 0;
    std::optional<Error> problem;
    for (;;) {
        TakeDoomed request;
        request.lease = removal_lease;
        request.limit = piece;
        Result<std::vector<OutputRow>> taken = co_await store_.take_doomed(std::move(request));
        if (!taken)
            co_return taken.error();
        if (taken->empty())
            break;
        std::map<RunId, std::vector<OutputRow>> by_run;
        for (OutputRow& row : *taken)
            by_run[row.run].push_back(std::move(row));
        for (auto& [run, rows] : by_run) {
            const Result<std::size_t> gone = co_await remove(run, std::move(rows));
            if (gone)
                removed += *gone;
            else
                problem = gone.error();
        }
    }
    if (problem)
        co_return *problem;
    co_return removed;
}

Async<Result<std::size_t>> OutputSweeper::remove(RunId run, std::vector<OutputRow> rows)
{
    const Result<std::shared_ptr<const JobFacts>> facts = co_await facts_.of(run);
    if (!facts)
        co_return facts.error();
    const ObjectUri& egress = (*facts)->pipeline->egress;
    std::vector<std::string> objects;
    for (const OutputRow& row : rows)
        objects.push_back(blob_below(egress, row.path));
    std::string root = blob_place(as_folder(egress));
    const Result<void> removed = co_await blobs_.remove(std::move(root), std::move(objects));
    if (!removed)
        co_return with_context("remove the outputs of a failed attempt", removed.error());

    const std::size_t count = rows.size();
    OutputsRemoved request;
    request.rows = std::move(rows);
    const Result<bool> forgotten = co_await store_.outputs_removed(std::move(request));
    if (!forgotten)
        co_return forgotten.error();
    co_return count;
}

Async<void> OutputSweeper::run()
{
    while (!stopping_) {
        const Result<std::size_t> removed = co_await run_once();
        if (!removed)
            log_.warn("{}", removed.error().detail);
        if (!stopping_)
            co_await wake_.wait_for(look_again);
    }
}

void OutputSweeper::stop()
{
    stopping_ = true;
    wake_.notify();
}

void OutputSweeper::changed(const Changes& changes)
{
    if (changes.doomed_outputs)
        wake_.notify(); // what others doom, they sweep
}

} // namespace sluice
