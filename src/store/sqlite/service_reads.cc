// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/service_reads.h"

#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/service_reads_search.h"
#include "store/sqlite/service_reads_view.h"

#include "store/sqlite_sql.h"

#include <algorithm>
#include <ranges>

namespace sluice::sqlite {

namespace {

// How many ids of a run one snapshot looks through: some milliseconds.
constexpr std::int64_t window_ids = 10'000;
// And how many whole tasks it reads, or links of so many.
constexpr std::int64_t window_tasks = 1'000;

// Of a batch that is to be seen.
struct BatchRange {
    TaskId first;
    TaskId last;
    bool linked = false;
};

BatchRange read_batch_range(Row& row)
{
    BatchRange range;
    row.into(range.first);
    row.into(range.last);
    row.into(range.linked);
    return range;
}

std::optional<BatchRange> find_batch(Connection& connection, RunId run)
{
    return find(connection.prepared(sql::find_batch), read_batch_range, run);
}

TaskQuery query_of(const ServiceReads::TaskFilter& filter)
{
    TaskQuery query;
    query.name_part = filter.name_part;
    query.kind_part = filter.kind_part;
    query.state = filter.state;
    query.timeout = filter.timeout;
    if (filter.metadata)
        query.metadata.emplace(*filter.metadata);
    query.group = filter.group;
    query.deleted = filter.deleted;
    return query;
}

// Where the search begins and ends; nothing when there is nothing to be found.
std::optional<TaskSearch::Range>
range_of(Connection& connection, const ServiceReads::TaskFilter& filter)
{
    const auto newest = find(connection.prepared(sql::newest_card), read_value<TaskId>);
    if (!newest || filter.skip > static_cast<std::uint64_t>(newest->value))
        return std::nullopt;
    TaskSearch::Range range{*newest, TaskId{1}, filter.run.value_or(RunId{})};
    if (filter.before)
        range.upto = std::min(range.upto, TaskId{filter.before.value - 1});
    if (!filter.run)
        return range;
    const std::optional<BatchRange> run = find_batch(connection, *filter.run);
    if (!run)
        return std::nullopt;
    range.upto = std::min(range.upto, run->last);
    range.floor = run->first;
    return range;
}

// The next ones, newest first, behind as many as are to be passed over; fewer: there are no more.
std::vector<TaskId>
next_ids(TaskSearch& search, TaskSearch::Range& range, std::size_t& skip, std::size_t count)
{
    std::vector<TaskId> ids;
    while (ids.size() < count) {
        const std::optional<TaskId> id = search.newest(range);
        if (!id)
            break;
        range.upto.value = id->value - 1;
        if (skip > 0)
            --skip;
        else
            ids.push_back(*id);
    }
    return ids;
}

} // namespace

std::optional<TaskView> SqliteServiceReads::task(TaskId id)
{
    const Snapshot snapshot(connection_, gate_);
    std::vector<TaskView> views = load_views(connection_, {id});
    if (views.empty())
        return std::nullopt;
    TaskView& view = views.front();
    const auto spec =
        find(connection_.prepared(sql::read_spec), read_value<std::string>, view.card.run);
    view.spec = spec.value_or("");
    return std::move(view);
}

std::optional<RunId> SqliteServiceReads::run_of(TaskId id)
{
    const Snapshot snapshot(connection_, gate_);
    return find(connection_.prepared(sql::run_of_card), read_value<RunId>, id);
}

// What has moved since it was found in an earlier snapshot is replaced by others.
std::vector<TaskView> SqliteServiceReads::tasks(const TaskFilter& filter)
{
    std::vector<TaskView> views;
    Pieces pieces(connection_, gate_);
    std::optional<TaskSearch::Range> range = range_of(connection_, filter);
    if (!range)
        return views;
    TaskSearch search(pieces, query_of(filter));
    std::size_t skip = filter.skip;
    for (bool more = true; more && views.size() < filter.limit;) {
        const std::size_t missing = filter.limit - views.size();
        std::vector<TaskId> ids = next_ids(search, *range, skip, missing);
        more = ids.size() == missing;
        std::ranges::reverse(ids);
        std::vector<TaskView> loaded = load_views(connection_, ids);
        for (TaskView& view : std::views::reverse(loaded))
            if (!filter.state || view.task.state == *filter.state)
                views.push_back(std::move(view));
    }
    return views;
}

std::vector<TaskView> SqliteServiceReads::run_tasks(RunId run, TaskId after, std::size_t limit)
{
    std::vector<TaskView> views;
    while (views.size() < limit) {
        const Snapshot snapshot(connection_, gate_);
        const std::optional<BatchRange> range = find_batch(connection_, run);
        if (!range || after >= range->last)
            break;
        after = std::max(after, TaskId{range->first.value - 1});
        const TaskId last = std::min(range->last, TaskId{after.value + window_ids});
        const auto count = std::min<std::size_t>(limit - views.size(), window_tasks);
        const std::vector<TaskId> ids = collect(
            connection_.prepared(sql::run_card_ids), read_value<TaskId>, after, last, run, count
        );
        std::ranges::move(load_views(connection_, ids), std::back_inserter(views));
        after = ids.size() == count ? ids.back() : last;
    }
    return views;
}

std::vector<LinkRow> SqliteServiceReads::run_links(RunId run, TaskId after, std::size_t limit)
{
    std::vector<LinkRow> links;
    for (;;) {
        const Snapshot snapshot(connection_, gate_);
        const std::optional<BatchRange> range = find_batch(connection_, run);
        if (!range || !range->linked || after >= range->last)
            return links;
        after = std::max(after, TaskId{range->first.value - 1});
        const TaskId last = std::min(range->last, TaskId{after.value + window_tasks});
        Prepared& select = connection_.prepared(sql::run_card_ids);
        for (const TaskId parent :
             collect(select, read_value<TaskId>, after, last, run, window_tasks)) {
            if (links.size() >= limit)
                return links;
            collect_into(links, connection_.prepared(sql::run_links_from), read_link, run, parent);
        }
        after = last;
    }
}

} // namespace sluice::sqlite
