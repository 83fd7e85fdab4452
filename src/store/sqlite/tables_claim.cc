// SPDX-License-Identifier: Apache-2.0
#include "base/assert.h"
#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/tables.h"

#include "store/sqlite_sql.h"

#include <algorithm>
#include <limits>

namespace sluice::sqlite {

namespace {

// The rows of one queue, read from its head in chunks.
class Head {
public:
    Head(QueueId queue, std::size_t chunk) : queue_(queue), chunk_(chunk) {}

    // Reads on when all that was read has been taken; false at the end of the queue.
    bool fill(Prepared& ready_heads)
    {
        if (next_ < rows_.size())
            return true;
        if (is_at_end_)
            return false;
        if (next_ > 0)
            last_taken_ = rows_.back();
        rows_.clear();
        next_ = 0;
        const int nprio = last_taken_ ? last_taken_->nprio : std::numeric_limits<int>::min();
        const TaskId task = last_taken_ ? last_taken_->task : TaskId{};
        collect_into(rows_, ready_heads, read_place, queue_, nprio, task, chunk_);
        is_at_end_ = rows_.size() < chunk_;
        chunk_ *= 2;
        return !rows_.empty();
    }

    const Place& front() const { return rows_[next_]; }
    Place take() { return rows_[next_++]; }

    bool is_empty() const { return is_at_end_ && next_ == rows_.size(); }
    QueueId queue() const { return queue_; }

    void delete_taken(Prepared& delete_heads)
    {
        if (next_ > 0)
            last_taken_ = rows_[next_ - 1];
        if (last_taken_)
            delete_heads.run(queue_, last_taken_->nprio, last_taken_->task);
    }

private:
    QueueId queue_;
    std::size_t chunk_;
    std::vector<Place> rows_;
    std::size_t next_ = 0;
    bool is_at_end_ = false;
    std::optional<Place> last_taken_;
};

// For a heap with the row that is claimed first on top.
bool is_later(const Head* a, const Head* b)
{
    const Place& left = a->front();
    const Place& right = b->front();
    return std::tie(left.nprio, left.task) > std::tie(right.nprio, right.task);
}

bool is_within(const Place& place, const std::optional<Tables::QueueMark>& bound)
{
    return !bound || std::tie(place.nprio, place.task) < std::tie(bound->nprio, bound->task);
}

// Each once: siblings have the same.
std::vector<TaskId> parents_of(const std::vector<TaskRow>& tasks)
{
    std::vector<TaskId> ids;
    for (const TaskRow& task : tasks) {
        if (task.parents.empty())
            continue;
        const Result<TaskParents> parents = parse_parents(task.parents);
        SLUICE_ASSERT(parents.has_value());
        ids.insert(ids.end(), parents->dependencies.begin(), parents->dependencies.end());
        ids.insert(ids.end(), parents->named.begin(), parents->named.end());
    }
    std::ranges::sort(ids);
    const auto repeated = std::ranges::unique(ids);
    ids.erase(repeated.begin(), repeated.end());
    return ids;
}

ParentEnd read_parent_end(Row& row)
{
    ParentEnd end;
    row.into(end.task);
    row.into(end.outcome);
    row.into(end.attempt);
    return end;
}

} // namespace

// The marks are not used: on SQLite nothing dead stands before the head of a queue. Chunks begin
// with an even share of the limit and double, so that one queue is one statement, and many queues
// read at most about twice what they give.
Tables::ReadyHeads SqliteTables::take_ready_heads(
    std::span<const QueueMark> queues, std::size_t limit, const std::optional<QueueMark>& bound
)
{
    ReadyHeads taken;
    if (queues.empty() || limit == 0)
        return taken;

    Prepared& ready_heads = connection_.prepared(sql::ready_heads);
    const std::size_t chunk = limit / queues.size() + (limit % queues.size() != 0);
    std::vector<Head> heads;
    heads.reserve(queues.size());
    for (const QueueMark& mark : queues)
        heads.emplace_back(mark.queue, chunk);

    std::vector<Head*> heap;
    for (Head& head : heads)
        if (head.fill(ready_heads))
            heap.push_back(&head);
    std::ranges::make_heap(heap, is_later);
    while (!heap.empty() && taken.places.size() < limit && is_within(heap.front()->front(), bound)
    ) {
        std::ranges::pop_heap(heap, is_later);
        taken.places.push_back(heap.back()->take());
        if (taken.places.size() < limit && heap.back()->fill(ready_heads))
            std::ranges::push_heap(heap, is_later);
        else
            heap.pop_back();
    }

    Prepared& delete_heads = connection_.prepared(sql::delete_ready_heads);
    for (Head& head : heads) {
        head.delete_taken(delete_heads);
        if (head.is_empty())
            taken.emptied.push_back(head.queue());
    }
    ReadyHeads all = claimed(std::move(taken.places));
    all.emptied = std::move(taken.emptied);
    return all;
}

Tables::ReadyHeads SqliteTables::claimed(std::vector<Place> places)
{
    ReadyHeads taken;
    taken.places = std::move(places);
    std::vector<TaskId> ids;
    for (const Place& place : taken.places)
        ids.push_back(place.task);
    std::ranges::sort(ids); // neighbours share pages
    taken.tasks = tasks(ids);
    const std::vector<TaskId> parents = parents_of(taken.tasks);
    Prepared& parent_end = connection_.prepared(sql::parent_end);
    for (const TaskId id : parents)
        collect_into(taken.ends, parent_end, read_parent_end, id);
    return taken;
}

std::vector<TaskRow> SqliteTables::tasks(std::span<const TaskId> ids)
{
    std::vector<TaskRow> rows;
    rows.reserve(ids.size());
    Prepared& select = connection_.prepared(sql::task);
    for (const TaskId id : ids)
        collect_into(rows, select, read_whole_task, id);
    return rows;
}

void SqliteTables::insert_leases(std::span<const LeaseRow> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_lease);
    for (const LeaseRow& row : rows)
        insert.run(
            row.place.task, row.place.run, row.place.queue, row.place.nprio, row.place.attempt,
            row.place.tries, row.place.rescues, row.worker, row.owner, row.claimed_at,
            row.started_at, row.expires_at, row.paused_left
        );
}

} // namespace sluice::sqlite
