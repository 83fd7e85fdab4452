// SPDX-License-Identifier: Apache-2.0
#include "batch/output_sweeper.h"

#include "async/with_timeout.h"
#include "batch/blob_stores.h"
#include "store/store.h"

#include <algorithm>

namespace sluice {

namespace {

// Removal is to be over before others may take the rows, who would not know of objects that go
// after that: see OutputSweeper::removal_time.
constexpr std::size_t piece = 1000;
constexpr std::size_t portion = 100; // what is forgotten at once, so that a slow bucket gets on
constexpr Micros removal_lease = std::chrono::minutes(1);

// What another process took and could not remove is free by then.
constexpr std::chrono::minutes look_again{1};

// The clock of the sleep may be ahead of the store's by a little.
constexpr std::chrono::milliseconds pause_min{10};

// Of one run each, in portions.
std::vector<std::vector<OutputRow>> portions_of(std::vector<OutputRow> rows)
{
    std::ranges::stable_sort(rows, {}, &OutputRow::run);
    std::vector<std::vector<OutputRow>> portions;
    for (OutputRow& row : rows) {
        if (portions.empty() || portions.back().size() == portion ||
            portions.back().front().run != row.run)
            portions.emplace_back();
        portions.back().push_back(std::move(row));
    }
    return portions;
}

} // namespace

OutputSweeper::OutputSweeper(
    asio::any_io_executor executor, Store& store, JobBlobs& blobs, Log log,
    std::chrono::milliseconds removal_time
)
    : store_(store),
      blobs_(blobs),
      log_(std::move(log)),
      removal_time_(removal_time),
      facts_(store),
      wake_(executor)
{}

Async<Result<std::size_t>> OutputSweeper::run_once()
{
    next_.reset();
    Pass pass;
    while (!pass.is_over) {
        TakeDoomed request;
        request.lease = removal_lease;
        request.limit = piece;
        Result<TakeDoomed::Reply> taken = co_await store_.take_doomed(std::move(request));
        if (!taken)
            co_return taken.error();
        next_ = taken->next;
        if (taken->rows.empty())
            break;
        if (pass.until == std::chrono::steady_clock::time_point())
            pass.until = std::chrono::steady_clock::now() + removal_time_;
        co_await remove_all(std::move(taken->rows), pass);
    }
    if (pass.is_over)
        next_ = store_.clock().now(); // there may be more, and others' jobs have waited
    if (pass.problem)
        co_return *pass.problem;
    co_return pass.removed;
}

Async<void> OutputSweeper::remove_all(std::vector<OutputRow> rows, Pass& pass)
{
    for (std::vector<OutputRow>& some : portions_of(std::move(rows))) {
        const Result<std::size_t> gone = co_await remove(std::move(some), pass);
        if (gone)
            pass.removed += *gone;
        else
            pass.problem = with_context("remove the outputs of a failed attempt", gone.error());
        pass.is_over = std::chrono::steady_clock::now() >= pass.until;
        if (pass.is_over)
            co_return;
    }
}

Async<Result<std::size_t>> OutputSweeper::remove(std::vector<OutputRow> rows, const Pass& pass)
{
    const Result<std::shared_ptr<const JobFacts>> facts = co_await facts_.of(rows.front().run);
    if (!facts)
        co_return facts.error();
    const ObjectUri& egress = (*facts)->pipeline->egress;
    std::vector<std::string> objects;
    for (const OutputRow& row : rows)
        objects.push_back(blob_below(egress, row.path));
    std::string root = blob_place(as_folder(egress));
    const Result<std::shared_ptr<BlobStore>> blobs = co_await blobs_.of(*(*facts)->pipeline);
    if (!blobs)
        co_return blobs.error();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        std::max(pass.until - std::chrono::steady_clock::now(), {})
    );
    Async<Result<void>> removal = (*blobs)->remove(std::move(root), std::move(objects));
    const Result<void> removed = co_await with_timeout(std::move(removal), left);
    if (!removed)
        co_return removed.error();

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
            co_await wake_.wait_for(time_to_sleep());
    }
}

std::chrono::steady_clock::duration OutputSweeper::time_to_sleep() const
{
    if (!next_)
        return look_again;
    const std::chrono::steady_clock::duration left = *next_ - store_.clock().now();
    return std::clamp<std::chrono::steady_clock::duration>(left, pause_min, look_again);
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
