// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/service_reads.h"

#include "model/json/json_key.h"
#include "store/metadata_filter.h"
#include "store/postgres/codec.h"
#include "store/postgres/service_codec.h"
#include "store/postgres/tables.h"

#include "store/postgres_sql.h"

#include <algorithm>
#include <limits>

namespace sluice::postgres {

namespace {

using TaskFilter = ServiceReads::TaskFilter;

TaskView read_view(Row& row)
{
    TaskView view;
    view.task = read_task_now(row);
    view.card = read_card(row);
    ProgressRow progress = read_progress(row);
    if (progress.task)
        view.progress = std::move(progress);
    row.into(view.run_created_at);
    return view;
}

// Where the tasks stand that a list may show.
struct Bounds {
    TaskId newest; // of all
    std::optional<TaskId> first;
    std::optional<TaskId> last;
    bool linked = false;
};

Bounds read_bounds(Row& row)
{
    Bounds bounds;
    row.into(bounds.newest, bounds.first, bounds.last, bounds.linked);
    return bounds;
}

Bounds find_bounds(Connection& connection, std::optional<RunId> run)
{
    Params params;
    params.add(run);
    return connection.query(sql::task_bounds, params).first(read_bounds).value();
}

struct Range {
    TaskId first{1};
    TaskId last{std::numeric_limits<std::int64_t>::max()};
};

// Nothing when there is nothing to be found. The plain first page costs no question.
std::optional<Range> range_of(Connection& connection, const TaskFilter& filter)
{
    Range range;
    if (filter.before)
        range.last.value = filter.before.value - 1;
    if (!filter.run && filter.skip == 0)
        return range;
    const Bounds bounds = find_bounds(connection, filter.run);
    if (filter.skip > static_cast<std::uint64_t>(bounds.newest.value))
        return std::nullopt;
    if (!filter.run)
        return range;
    if (!bounds.first)
        return std::nullopt;
    range.first = *bounds.first;
    range.last = std::min(range.last, *bounds.last);
    return range;
}

// Which of the statements reads the fewest rows, and from where (list_found).
enum class Source : std::int16_t { group, deleted, state, cards, pending };

Source source_of(const TaskFilter& filter)
{
    const bool is_live = filter.state && !is_final(*filter.state);
    if (filter.state == TaskState::pending)
        return Source::pending;
    if (is_live)
        return Source::state;
    if (filter.group)
        return Source::group;
    if (filter.deleted)
        return Source::deleted;
    return filter.state ? Source::state : Source::cards;
}

std::optional<Text> text_of(std::string_view field, const std::optional<std::string>& text)
{
    return text ? std::optional(Text{field, *text}) : std::nullopt;
}

// What all three lists of tasks are asked, in the order in which they name it.
class ListParams {
public:
    ListParams(const TaskFilter& filter, const Range& range) : filter_(filter), range_(range)
    {
        if (!filter.metadata)
            return;
        const MetadataFilter metadata(*filter.metadata);
        metadata_ = canonical_json(*filter.metadata);
        if (!metadata.texts().empty())
            text_ = metadata.texts().front();
        if (!metadata.numbers().empty())
            number_ = metadata.numbers().front();
    }

    Params of_cards() const
    {
        Params params;
        params.add(range_.first).add(range_.last).add(filter_.deleted).add(filter_.run);
        params.add(text_of("group_id", filter_.group));
        add_rest(params);
        return params;
    }

    Params of_found(Source source) const
    {
        Params params;
        params.add(source).add(text_of("group_id", filter_.group));
        params.add(range_.first).add(range_.last).add(filter_.state);
        params.add(filter_.deleted).add(filter_.run);
        add_rest(params);
        return params;
    }

private:
    void add_rest(Params& params) const
    {
        params.add(Text{"name", filter_.name_part}).add(Text{"kind", filter_.kind_part});
        params.add(filter_.timeout).add(text_of("metadata", metadata_));
        params.add(Text{"metadata", text_}).add(Text{"metadata", number_});
        params.add(limit_of(filter_.skip)).add(limit_of(filter_.limit));
    }

    const TaskFilter& filter_;
    const Range& range_;
    std::optional<std::string> metadata_;
    std::string text_;
    std::string number_;
};

} // namespace

std::optional<TaskView> PostgresServiceReads::task(TaskId id)
{
    const auto read = [](Row& row) {
        TaskView view = read_view(row);
        row.into(view.spec);
        return view;
    };
    Params params;
    params.add(id);
    return connection_.query(sql::view_task, params).first<TaskView>(read);
}

std::optional<RunId> PostgresServiceReads::run_of(TaskId id)
{
    Params params;
    params.add(id);
    return connection_.query(sql::run_of_card, params).value<RunId>();
}

std::vector<TaskView> PostgresServiceReads::tasks(const TaskFilter& filter)
{
    const std::optional<Range> range = range_of(connection_, filter);
    if (!range)
        return {};
    const ListParams params(filter, *range);
    const Source source = source_of(filter);
    if (source == Source::cards)
        return connection_.query(sql::list_cards, params.of_cards()).all(read_view);
    if (source == Source::pending)
        return connection_.query(sql::list_pending, params.of_cards()).all(read_view);
    return connection_.query(sql::list_found, params.of_found(source)).all(read_view);
}

std::vector<TaskView> PostgresServiceReads::run_tasks(RunId run, TaskId after, std::size_t limit)
{
    Params params;
    params.add(run).add(after).add(limit_of(limit));
    return connection_.query(sql::run_tasks, params).all(read_view);
}

std::vector<LinkRow> PostgresServiceReads::run_links(RunId run, TaskId after, std::size_t limit)
{
    Params params;
    params.add(run).add(limit_of(limit)).add(after);
    return connection_.query(sql::run_links, params).all(read_link);
}

} // namespace sluice::postgres
