// SPDX-License-Identifier: Apache-2.0
#include "store/batch_figures.h"
#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/service_codec.h"
#include "store/sqlite/service_reads.h"
#include "store/sqlite/service_reads_search.h"

#include "store/sqlite_sql.h"

#include <algorithm>
#include <set>

namespace sluice::sqlite {

namespace {

using BatchFilter = ServiceReads::BatchFilter;

// How many ids of a run are added up at once.
constexpr std::int64_t batch_window_ids = 5'000;

// Asked of the tasks of runs, newest run first.
class TaskCondition {
public:
    TaskCondition(Pieces& pieces, const BatchFilter& filter) : state_(filter.state)
    {
        // What the counters of a run tell need not be searched for.
        const bool is_of_card = !filter.name_part.empty() || !filter.kind_part.empty();
        if (!is_of_card && (!state_ || is_final(*state_)))
            return;
        TaskQuery query;
        query.name_part = filter.name_part;
        query.kind_part = filter.kind_part;
        query.state = filter.state;
        search_.emplace(pieces, std::move(query));
    }

    bool holds(const RunRow& run)
    {
        if (state_ && count(run) == 0)
            return false;
        const TaskSearch::Range range{run.task_last, run.task_first, run.id};
        return !search_ || search_->newest(range);
    }

private:
    // At most so many tasks of the run are in the state.
    std::int64_t count(const RunRow& run) const
    {
        switch (*state_) {
        case TaskState::succeeded:
            return run.counts.succeeded;
        case TaskState::failed:
            return run.counts.failed;
        case TaskState::canceled:
            return run.counts.canceled;
        case TaskState::skipped:
            return run.counts.skipped;
        default:
            return run.counts.total - run.counts.final();
        }
    }

    std::optional<TaskState> state_;
    std::optional<TaskSearch> search_;
};

bool is_batch_of_time(const RunRow& run, const BatchFilter& filter)
{
    return run.kind == RunKind::batch && run.state != RunState::loading && run.counts.total > 0 &&
           (!filter.created_after || run.created_at >= *filter.created_after) &&
           (!filter.created_before || run.created_at <= *filter.created_before);
}

// The batches of the page, newest first.
std::vector<RunRow> find_batches(Pieces& pieces, const BatchFilter& filter)
{
    std::vector<RunRow> batches;
    const auto newest = find(pieces.prepared(sql::newest_run), read_value<RunId>);
    if (!newest || filter.skip > static_cast<std::uint64_t>(newest->value))
        return batches;
    TaskCondition condition(pieces, filter);
    std::size_t skip = filter.skip;
    std::size_t piece = 64;
    for (RunId upto = *newest;; piece = std::min<std::size_t>(piece * 2, 4096)) {
        const std::vector<RunRow> runs =
            collect(pieces.prepared(sql::list_runs), read_run, upto, piece);
        pieces.spend(runs.size());
        for (const RunRow& run : runs) {
            if (batches.size() >= filter.limit)
                return batches;
            if (!is_batch_of_time(run, filter) || !condition.holds(run))
                continue;
            if (skip > 0)
                --skip;
            else
                batches.push_back(run);
        }
        if (runs.size() < piece)
            return batches;
        upto.value = runs.back().id.value - 1;
    }
}

BatchFigures read_figures(Row& row)
{
    BatchFigures figures;
    row.into(figures.cards);
    row.into(figures.with_expected_count);
    figures.expected = read_sum(row);
    figures.success = read_sum(row);
    figures.failures = read_sum(row);
    row.into(figures.waiting);
    row.into(figures.claimed);
    row.into(figures.running);
    row.into(figures.paused);
    row.into(figures.updated_at);
    return figures;
}

BatchView load_batch(Pieces& pieces, const RunRow& run)
{
    BatchFigures figures;
    std::set<std::string> kinds;
    const auto spec = find(pieces.prepared(sql::read_spec), read_value<std::string>, run.id);
    std::vector<std::string> named = kinds_in(spec.value_or(""));
    for (TaskId from = run.task_first; from <= run.task_last; from.value += batch_window_ids) {
        const TaskId last = std::min(run.task_last, TaskId{from.value + batch_window_ids - 1});
        Prepared& add_up = pieces.prepared(sql::batch_figures);
        const auto piece = find(add_up, read_figures, from, last, run.id, is_final(run.state));
        add(figures, piece.value());
        if (named.empty()) {
            Prepared& select = pieces.prepared(sql::batch_kinds);
            for (std::string& kind : collect(select, read_value<std::string>, from, last, run.id))
                kinds.insert(std::move(kind));
        }
        pieces.spend(static_cast<std::size_t>(last.value - from.value + 1));
    }
    BatchView view = batch_view(run, figures);
    view.kinds = named.empty() ? std::vector(kinds.begin(), kinds.end()) : std::move(named);
    return view;
}

} // namespace

std::optional<BatchView> SqliteServiceReads::batch(RunId id)
{
    Pieces pieces(connection_, gate_);
    const auto run = find(pieces.prepared(sql::read_batch), read_run, id);
    if (!run)
        return std::nullopt;
    return load_batch(pieces, *run);
}

std::vector<BatchView> SqliteServiceReads::batches(const BatchFilter& filter)
{
    std::vector<BatchView> views;
    Pieces pieces(connection_, gate_);
    for (const RunRow& run : find_batches(pieces, filter))
        views.push_back(load_batch(pieces, run));
    return views;
}

} // namespace sluice::sqlite
