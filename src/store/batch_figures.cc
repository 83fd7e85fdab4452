// SPDX-License-Identifier: Apache-2.0
#include "store/batch_figures.h"

#include <algorithm>
#include <limits>

namespace sluice {

namespace {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

std::int64_t& at(StateCounts& counts, TaskState state)
{
    return counts[static_cast<std::size_t>(state)];
}

StateCounts state_counts(const RunRow& run, const BatchFigures& figures)
{
    StateCounts counts{};
    at(counts, TaskState::succeeded) = run.counts.succeeded;
    at(counts, TaskState::failed) = run.counts.failed;
    at(counts, TaskState::canceled) = run.counts.canceled;
    at(counts, TaskState::skipped) = run.counts.skipped;
    if (is_final(run.state))
        return counts; // live rows are counted as canceled already
    at(counts, TaskState::waiting) = figures.waiting;
    at(counts, TaskState::claimed) = figures.claimed;
    at(counts, TaskState::running) = figures.running;
    at(counts, TaskState::paused) = figures.paused;
    const std::int64_t placed =
        figures.waiting + figures.claimed + figures.running + figures.paused;
    // Tasks may move while a large batch is counted in pieces.
    at(counts, TaskState::pending) =
        std::max<std::int64_t>(0, run.counts.total - run.counts.final() - placed);
    return counts;
}

} // namespace

std::int64_t saturated(std::int64_t a, std::int64_t b)
{
    std::int64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? largest : sum;
}

void add(BatchFigures& sum, const BatchFigures& more)
{
    sum.cards += more.cards;
    sum.with_expected_count += more.with_expected_count;
    sum.expected = saturated(sum.expected, more.expected);
    sum.success = saturated(sum.success, more.success);
    sum.failures = saturated(sum.failures, more.failures);
    sum.waiting += more.waiting;
    sum.claimed += more.claimed;
    sum.running += more.running;
    sum.paused += more.paused;
    sum.updated_at = std::max(sum.updated_at, more.updated_at);
}

std::int64_t sum_of_halves(std::int64_t high, std::int64_t low)
{
    constexpr std::int64_t half = std::int64_t{1} << 32;
    const std::int64_t carried = high + low / half;
    return carried >= half / 2 ? largest : carried * half + low % half;
}

BatchView batch_view(const RunRow& run, const BatchFigures& figures)
{
    BatchView view;
    view.run = run;
    view.counts = state_counts(run, figures);
    view.success = figures.success;
    view.failures = figures.failures;
    if (figures.with_expected_count == figures.cards)
        view.expected = figures.expected;
    view.updated_at = std::max(run.created_at, run.finished_at.value_or(run.created_at));
    view.updated_at = std::max(view.updated_at, figures.updated_at.value_or(run.created_at));
    return view;
}

std::vector<std::string> kinds_in(std::string_view spec)
{
    std::vector<std::string> kinds;
    if (spec.empty())
        return kinds;
    const Result<Json> document = parse_json(spec);
    if (!document || !document->is_object() || !document->contains("kinds"))
        return kinds;
    const Json& named = document->at("kinds");
    for (const Json& kind : named)
        if (kind.is_string())
            kinds.push_back(kind.get<std::string>());
    std::ranges::sort(kinds);
    kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
    return kinds;
}

} // namespace sluice
