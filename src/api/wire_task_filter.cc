// SPDX-License-Identifier: Apache-2.0
#include "api/wire_task_filter.h"

#include "api/query_reader.h"
#include "api/trigger_words.h"
#include "api/wire_delivery.h"
#include "model/task/task_words.h"

#include <algorithm>

namespace sluice {

namespace {

struct Page {
    std::int64_t number = 0;
    std::size_t limit = 0;

    // However large the number is: past the end is an empty page.
    std::size_t skip() const
    {
        const auto size = static_cast<std::int64_t>(limit);
        return static_cast<std::size_t>(number > INT64_MAX / size ? INT64_MAX : number * size);
    }

    std::string next() const { return std::to_string(std::min(number, INT64_MAX - 1) + 1); }
};

Page read_page(QueryReader& query, const PageSizes& pages)
{
    const std::int64_t size = query.number("page_size").value_or(0);
    Page page;
    page.number = std::max<std::int64_t>(query.number("page").value_or(0), 0);
    page.limit = pages.limit(size);
    return page;
}

std::optional<Micros> read_timeout(QueryReader& query)
{
    constexpr std::int64_t furthest = std::int64_t{1} << 40; // seconds; no task has so many
    const std::optional<std::int64_t> seconds = query.number("timeout");
    if (!seconds)
        return std::nullopt;
    return std::chrono::seconds(std::clamp(*seconds, -furthest, furthest));
}

} // namespace

Result<TaskQuery> read_task_query(const Request& request, const PageSizes& pages)
{
    QueryReader query(request);
    TaskQuery read;
    const Page page = read_page(query, pages);
    read.before = query.uuid("before");
    read.batch = query.uuid("batch_id");
    read.filter.skip = read.before ? 0 : page.skip();
    read.filter.limit = page.limit;
    read.filter.name_part = query.text("name");
    read.filter.kind_part = query.text("kind");
    read.filter.state = query.word("status", task_status_names);
    read.filter.timeout = read_timeout(query);
    read.filter.metadata = query.json("metadata");
    if (std::string group = query.text("group_id"); !group.empty())
        read.filter.group = std::move(group);
    read.filter.deleted = query.flag("deleted");
    return query.finish(std::move(read));
}

Result<BatchQuery> read_batch_query(const Request& request, const PageSizes& pages)
{
    QueryReader query(request);
    BatchQuery read;
    const Page page = read_page(query, pages);
    read.next_page = page.next();
    read.filter.skip = page.skip();
    read.filter.limit = page.limit;
    read.filter.name_part = query.text("name");
    read.filter.kind_part = query.text("kind");
    read.filter.state = query.word("status", task_status_names);
    read.filter.created_after = query.time("created_after");
    read.filter.created_before = query.time("created_before");
    return query.finish(std::move(read));
}

Result<DeliveryQuery> read_delivery_query(const Request& request, const PageSizes& pages)
{
    QueryReader query(request);
    DeliveryQuery read;
    read.filter.limit = read_page(query, pages).limit;
    read.filter.status = query.word("status", delivery_status_names);
    read.filter.trigger = query.word("trigger", trigger_words);
    read.task = query.uuid("task_id");
    read.batch = query.uuid("batch_id");
    read.before = query.uuid("before");
    return query.finish(std::move(read));
}

Result<ScheduleQuery> read_schedule_query(const Request& request, const PageSizes& pages)
{
    QueryReader query(request);
    ScheduleQuery read;
    const Page page = read_page(query, pages);
    read.next_page = page.next();
    read.filter.skip = page.skip();
    read.filter.limit = page.limit;
    read.filter.name_part = query.text("name");
    if (request.query_field("enabled"))
        read.filter.enabled = query.flag("enabled");
    return query.finish(std::move(read));
}

} // namespace sluice
