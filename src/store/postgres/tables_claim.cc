// SPDX-License-Identifier: Apache-2.0
// claim.sql
#include "store/postgres/alike.h"
#include "store/postgres/codec.h"
#include "store/postgres/tables.h"
#include "store/postgres_sql.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <tuple>
#include <unordered_map>

namespace sluice::postgres {

namespace {

using QueueMark = Tables::QueueMark;

auto order(const QueueMark& mark)
{
    return std::tie(mark.nprio, mark.task);
}

bool by_key(const QueueMark& a, const QueueMark& b)
{
    return order(a) < order(b);
}

void sort_places(std::vector<Place>& places)
{
    std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
        return std::tie(a.nprio, a.task) < std::tie(b.nprio, b.task);
    });
}

// Of each parent its id, outcome and attempt.
void append_ends(std::vector<ParentEnd>& ends, Row& row)
{
    std::vector<std::int64_t> values;
    row.into(values);
    for (std::size_t i = 0; i + 2 < values.size(); i += 3) {
        const auto outcome = static_cast<TaskState>(values[i + 1]);
        ends.push_back({TaskId{values[i]}, outcome, static_cast<int>(values[i + 2])});
    }
}

// Places with what their tasks are.
void append(Tables::ReadyHeads& taken, const Rows& rows)
{
    for (int i = 0; i < rows.size(); ++i) {
        Row row = rows.at(i);
        const Place place = taken.places.emplace_back(read_place(row));
        TaskRow& task = taken.tasks.emplace_back();
        task.id = place.task;
        task.run = place.run;
        task.queue = place.queue;
        task.nprio = place.nprio;
        row.into(task.timeout, task.retry, task.name, task.payload, task.kind, task.parents);
        append_ends(taken.ends, row);
    }
}

Params key_params(std::span<const QueueMark> keys)
{
    Params params;
    params.array(keys, &QueueMark::queue);
    params.array(keys, [](const QueueMark& key) {
        return static_cast<std::int16_t>(std::max<int>(key.nprio, INT16_MIN));
    });
    params.array(keys, &QueueMark::task);
    return params;
}

// The merge of several queues, each known to a certain depth. What lies behind the last known key
// of a queue that may have more cannot be put in order yet.
class HeadMerge {
public:
    HeadMerge(std::span<const QueueMark> marks, const std::optional<QueueMark>& bound)
        : marks_(marks.begin(), marks.end()), bound_(bound)
    {}

    bool is_done() const { return marks_.empty() || is_at_bound_; }
    const std::vector<QueueMark>& marks() const { return marks_; }
    std::vector<QueueId> take_emptied() { return std::move(emptied_); }

    // From `heads`, up to `each` of each queue, the first `limit` that nothing unknown can precede.
    // The marks move on behind them.
    std::vector<QueueMark> choose(std::vector<QueueMark> heads, std::size_t each, std::size_t limit)
    {
        std::sort(heads.begin(), heads.end(), by_key);
        std::unordered_map<QueueId, std::size_t> counts;
        for (const QueueMark& head : heads)
            ++counts[head.queue];

        std::vector<QueueMark> chosen;
        std::unordered_map<QueueId, std::size_t> taken;
        for (const QueueMark& head : heads) {
            is_at_bound_ = bound_ && !by_key(head, *bound_);
            if (chosen.size() == limit || is_at_bound_)
                break;
            chosen.push_back(head);
            if (++taken[head.queue] == each)
                break; // this queue may have more before the next head
        }
        std::erase_if(marks_, [&](const QueueMark& mark) {
            const std::size_t count = counts[mark.queue];
            const bool is_empty = count < each && taken[mark.queue] == count;
            if (is_empty)
                emptied_.push_back(mark.queue);
            return is_empty;
        });
        move_marks(chosen);
        return chosen;
    }

private:
    void move_marks(const std::vector<QueueMark>& chosen)
    {
        std::unordered_map<QueueId, const QueueMark*> last;
        for (const QueueMark& key : chosen)
            last[key.queue] = &key;
        for (QueueMark& mark : marks_)
            if (const auto found = last.find(mark.queue); found != last.end())
                mark = {mark.queue, found->second->nprio, TaskId{found->second->task.value + 1}};
    }

    std::vector<QueueMark> marks_;
    std::optional<QueueMark> bound_;
    std::vector<QueueId> emptied_;
    bool is_at_bound_ = false;
};

} // namespace

// Many queues are read without locks, a little deeper than an even share of the limit; exactly the
// chosen rows are locked. Rows that another process was faster to take make it go round again.
Tables::ReadyHeads PostgresTables::take_ready_heads(
    std::span<const QueueMark> queues, std::size_t limit, const std::optional<QueueMark>& bound
)
{
    if (queues.size() == 1 && !bound)
        return take_ready_of_queue(queues.front(), limit);

    HeadMerge merge(queues, bound);
    ReadyHeads all;
    for (std::size_t depth = 2; all.places.size() < limit && !merge.is_done(); depth *= 4) {
        const std::size_t wanted = limit - all.places.size();
        const std::size_t share = wanted / merge.marks().size() + 1;
        const std::size_t each = std::min(wanted, share * depth);
        const std::vector<QueueMark> chosen =
            merge.choose(ready_heads(merge.marks(), each), each, wanted);
        if (!chosen.empty())
            append(all, connection_.query(sql::take_ready_at, key_params(chosen)));
    }
    sort_places(all.places);
    all.emptied = merge.take_emptied();
    return all;
}

Tables::ReadyHeads PostgresTables::take_ready_of_queue(const QueueMark& mark, std::size_t limit)
{
    Params params;
    params.add(mark.queue).add(static_cast<std::int16_t>(std::max<int>(mark.nprio, INT16_MIN)));
    params.add(mark.task).add(limit_of(limit));
    ReadyHeads taken;
    append(taken, connection_.query(sql::take_ready_of_queue, params));
    sort_places(taken.places);
    if (taken.places.size() < limit)
        taken.emptied = {mark.queue};
    return taken;
}

std::vector<QueueMark>
PostgresTables::ready_heads(std::span<const QueueMark> marks, std::size_t limit_each)
{
    Params params = key_params(marks);
    params.add(limit_of(limit_each));
    return connection_.query(sql::ready_heads, params).all(read_mark);
}

// Their clocks are looked at next: one round trip brings both.
Tables::ReadyHeads PostgresTables::claimed(std::vector<Place> places)
{
    connection_.queue(sql::clock_jumps, {}, &clock_.emplace());
    Params params;
    params.array(std::span<const Place>(places), &Place::task);
    const Rows rows = connection_.query(sql::claimed_tasks, params);
    ReadyHeads taken;
    taken.places = std::move(places);
    for (int i = 0; i < rows.size(); ++i) {
        Row row = rows.at(i);
        taken.tasks.push_back(read_whole_task(row));
        append_ends(taken.ends, row);
    }
    return taken;
}

std::vector<TaskRow> PostgresTables::tasks(std::span<const TaskId> ids)
{
    if (ids.empty())
        return {};
    Params params;
    params.array(ids, std::identity());
    return connection_.query(sql::tasks, params).all(read_whole_task);
}

void PostgresTables::insert_leases(std::span<const LeaseRow> rows)
{
    const auto of_place = [](auto member) {
        return [member](const LeaseRow& row) { return row.place.*member; };
    };
    const auto common = [](const LeaseRow& row) {
        return std::tie(row.owner, row.claimed_at, row.started_at, row.paused_left);
    };
    for_each_alike(rows, common, [&](std::span<const LeaseRow> alike) {
        Params params;
        params.array(alike, of_place(&Place::task)).array(alike, of_place(&Place::run));
        params.array(alike, of_place(&Place::queue));
        params.array(alike, [](const LeaseRow& row) {
            return static_cast<std::int16_t>(row.place.nprio);
        });
        params.array(alike, of_place(&Place::attempt)).array(alike, of_place(&Place::tries));
        params.array(alike, of_place(&Place::rescues));
        params.array(alike, &LeaseRow::worker).array(alike, &LeaseRow::expires_at);
        const LeaseRow& one = alike.front();
        params.add(one.owner).add(one.claimed_at).add(one.started_at).add(one.paused_left);
        connection_.queue(sql::insert_leases, params);
    });
}

} // namespace sluice::postgres
