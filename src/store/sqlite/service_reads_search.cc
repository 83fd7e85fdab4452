// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/service_reads_search.h"

#include "store/sqlite/collect.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

namespace {

// To parse so many bytes takes as long as to look at a small row.
constexpr std::size_t bytes_per_row = 32;

// What a lease is shown as, in the words of the statement list_leases.
enum class Shown : std::uint8_t { claimed, running, paused };

struct ReadyPlace {
    QueueId queue;
    int nprio = 0;
};

ReadyPlace read_ready_place(Row& row)
{
    ReadyPlace place;
    row.into(place.queue);
    row.into(place.nprio);
    return place;
}

struct RunRange {
    RunId id;
    TaskId first;
    TaskId last;
};

RunRange read_run_range(Row& row)
{
    RunRange run;
    row.into(run.id);
    row.into(run.first);
    row.into(run.last);
    return run;
}

std::optional<SeenRow>
newest_in(std::vector<NewestRows>& source, std::int64_t upto, std::int64_t floor)
{
    std::optional<SeenRow> newest;
    for (NewestRows& rows : source) {
        const std::optional<SeenRow> found = rows.find(upto, newest ? newest->id + 1 : floor);
        if (found)
            newest = found;
    }
    return newest;
}

} // namespace

TaskSearch::TaskSearch(Pieces& pieces, TaskQuery query)
    : pieces_(pieces),
      query_(std::move(query)),
      cards_(pieces, [this](std::vector<SeenRow>& seen, std::int64_t upto, std::size_t limit) {
          return look_at_cards(seen, upto, limit);
      })
{
    if (query_.state)
        add_state(*query_.state);
    if (query_.group)
        sources_.push_back({rows_of(sql::list_group, *query_.group)});
    if (query_.deleted == true)
        sources_.push_back({rows_of(sql::list_deleted)});
}

template <class... More>
NewestRows TaskSearch::rows_of(const Statement& statement, More... more)
{
    return NewestRows(
        pieces_,
        [this, &statement,
         more...](std::vector<SeenRow>& seen, std::int64_t upto, std::size_t limit) {
            collect_into(seen, pieces_.prepared(statement), read_seen, more..., upto, limit);
            return seen.size();
        }
    );
}

void TaskSearch::add_state(TaskState state)
{
    Source source;
    switch (state) {
    case TaskState::waiting:
        source.push_back(rows_of(sql::list_waiting));
        break;
    case TaskState::pending:
        return add_pending();
    case TaskState::claimed:
        source.push_back(rows_of(sql::list_leases, Shown::claimed));
        break;
    case TaskState::running:
        source.push_back(rows_of(sql::list_leases, Shown::running));
        break;
    case TaskState::paused:
        source.push_back(rows_of(sql::list_held));
        source.push_back(rows_of(sql::list_leases, Shown::paused));
        break;
    case TaskState::succeeded:
        source.push_back(rows_of(sql::list_succeeded));
        break;
    case TaskState::canceled:
        return add_canceled();
    case TaskState::failed:
    case TaskState::skipped:
        source.push_back(rows_of(sql::list_unsuccessful, state));
        break;
    }
    sources_.push_back(std::move(source));
}

// Ready tasks stand in the order of claims: newest first only within a queue and a priority.
void TaskSearch::add_pending()
{
    Source source;
    source.push_back(rows_of(sql::list_timers));
    ReadyPlace last{QueueId{0}, 0};
    for (;;) {
        const std::optional<ReadyPlace> next = sqlite::find(
            pieces_.prepared(sql::next_ready_place), read_ready_place, last.queue, last.nprio
        );
        if (!next)
            break;
        source.push_back(rows_of(sql::list_ready, next->queue, next->nprio));
        last = *next;
    }
    sources_.push_back(std::move(source));
}

// Also what still lives of runs that were ended as a whole.
void TaskSearch::add_canceled()
{
    Source source;
    source.push_back(rows_of(sql::list_unsuccessful, TaskState::canceled));
    for (const RunRange& run : collect(pieces_.prepared(sql::swept_runs), read_run_range))
        source.push_back(rows_of(sql::list_unswept, run.id, run.first, run.last));
    sources_.push_back(std::move(source));
}

std::size_t
TaskSearch::look_at_cards(std::vector<SeenRow>& seen, std::int64_t upto, std::size_t limit)
{
    std::size_t bytes = 0;
    const auto add = [&](Row& row) {
        SeenRow& card = seen.emplace_back(read_seen(row));
        if (!card.fits || !query_.metadata)
            return;
        const auto metadata = row.get<std::optional<std::string>>();
        card.fits = query_.metadata->may_accept(metadata);
        if (!card.fits)
            return;
        bytes += metadata ? metadata->size() : 0;
        card.fits = query_.metadata->accepts(metadata);
    };
    pieces_.prepared(sql::list_cards)
        .rows(
            add, query_.deleted, query_.group, query_.name_part, query_.kind_part, query_.timeout,
            query_.metadata.has_value(), upto, limit
        );
    return seen.size() + bytes / bytes_per_row;
}

std::optional<TaskId> TaskSearch::newest(Range range)
{
    std::int64_t upto = range.upto.value;
    while (const std::optional<SeenRow> found = newest_in_all(upto, range.floor.value)) {
        upto = found->id - 1;
        if (range.run && found->run != range.run)
            continue;
        if (sources_.empty() || cards_.has(found->id))
            return TaskId{found->id};
    }
    return std::nullopt;
}

// The newest that is in all sources: each one goes on from where the one before stands.
std::optional<SeenRow> TaskSearch::newest_in_all(std::int64_t upto, std::int64_t floor)
{
    if (sources_.empty())
        return cards_.find(upto, floor);
    std::optional<SeenRow> found;
    for (std::size_t agreeing = 0, i = 0; agreeing < sources_.size();
         i = (i + 1) % sources_.size()) {
        found = newest_in(sources_[i], upto, floor);
        if (!found)
            return std::nullopt;
        agreeing = found->id == upto ? agreeing + 1 : 1;
        upto = found->id;
    }
    return found;
}

} // namespace sluice::sqlite
