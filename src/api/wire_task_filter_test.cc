// SPDX-License-Identifier: Apache-2.0
#include "api/wire_task_filter.h"

#include <gtest/gtest.h>

namespace sluice::wire_task_filter_test {

namespace {

const std::string id = "01890a5d-ac96-774b-bcce-b302099a8057";

Request asked(const std::string& query)
{
    Request request;
    request.target = parse_target("/task?" + query).value();
    return request;
}

TaskQuery tasks(const std::string& query)
{
    return read_task_query(asked(query)).value();
}

TEST(TaskFilter, without_parameters_it_is_the_first_page_of_everything)
{
    const TaskQuery query = tasks("unknown=1");
    EXPECT_EQ(query.filter.skip, 0u);
    EXPECT_EQ(query.filter.limit, 50u);
    EXPECT_TRUE(query.filter.name_part.empty() && query.filter.kind_part.empty());
    EXPECT_FALSE(query.filter.state || query.filter.timeout || query.filter.metadata);
    EXPECT_FALSE(query.batch || query.before || query.filter.group || query.filter.deleted);
}

TEST(TaskFilter, every_parameter_is_read)
{
    const TaskQuery query = tasks(
        "name=a%25b&kind=K_&status=Canceled&timeout=60&metadata=%7B%22a%22%3A1%7D&batch_id=" + id +
        "&group_id=g&deleted=true"
    );
    EXPECT_EQ(query.filter.name_part, "a%b");
    EXPECT_EQ(query.filter.kind_part, "K_");
    EXPECT_EQ(query.filter.state, TaskState::canceled);
    EXPECT_EQ(query.filter.timeout, Micros(60'000'000));
    EXPECT_EQ(query.filter.metadata->dump(), R"({"a":1})");
    EXPECT_EQ(query.batch, id);
    EXPECT_EQ(query.filter.group, "g");
    EXPECT_TRUE(query.filter.deleted);
}

TEST(TaskFilter, pages_have_a_usual_and_a_largest_size)
{
    const std::vector<std::pair<std::string, std::size_t>> sizes{
        {"page_size=7", 7},  {"page_size=100", 100}, {"page_size=101", 100},
        {"page_size=0", 50}, {"page_size=-3", 50},   {"page_size=99999999999999999999", 100}};
    for (const auto& [query, size] : sizes)
        EXPECT_EQ(tasks(query).filter.limit, size) << query;
    EXPECT_EQ(tasks("page=3&page_size=7").filter.skip, 21u);
    EXPECT_EQ(tasks("page=-1").filter.skip, 0u);
}

TEST(TaskFilter, a_server_may_have_pages_of_other_sizes)
{
    const PageSizes pages{.usual = 2, .largest = 3};
    const std::vector<std::pair<std::string, std::size_t>> sizes{
        {"", 2}, {"page_size=0", 2}, {"page_size=1", 1}, {"page_size=3", 3}, {"page_size=4", 3}};
    for (const auto& [query, size] : sizes) {
        const Request request = asked(query);
        EXPECT_EQ(read_task_query(request, pages).value().filter.limit, size) << query;
        EXPECT_EQ(read_batch_query(request, pages).value().filter.limit, size) << query;
        EXPECT_EQ(read_delivery_query(request, pages).value().filter.limit, size) << query;
    }
    EXPECT_EQ(read_task_query(asked("page=3"), pages).value().filter.skip, 6u);
}

TEST(TaskFilter, a_usual_page_is_not_larger_than_the_largest)
{
    const PageSizes pages{.usual = 50, .largest = 20};
    EXPECT_EQ(read_task_query(asked(""), pages).value().filter.limit, 20u);
}

TEST(TaskFilter, a_page_number_may_be_as_large_as_it_likes)
{
    for (const char* number : {"9223372036854775807", "92233720368547759", "99999999999999999999"})
        EXPECT_GT(tasks("page=" + std::string(number)).filter.skip, std::size_t{1} << 61) << number;
    EXPECT_EQ(tasks("page=-99999999999999999999").filter.skip, 0u);
}

TEST(TaskFilter, a_cursor_takes_the_place_of_the_page_number)
{
    const TaskQuery query = tasks("page=3&before=" + id);
    EXPECT_EQ(query.before, id);
    EXPECT_EQ(query.filter.skip, 0u);
}

TEST(TaskFilter, a_bad_value_is_refused_with_the_name_of_its_parameter)
{
    for (const char* query :
         {"page=x", "page=", "page=1.5", "page_size=ten", "status=canceled",
          "status=", "timeout=1s", "metadata=%7B", "metadata=", "batch_id=x", "before=1",
          "deleted=maybe", "name=%FF", "kind=%00"}) {
        const Result<TaskQuery> read = read_task_query(asked(query));
        ASSERT_FALSE(read) << query;
        EXPECT_EQ(read.error().code, Errc::invalid);
        const std::string name(query, std::string_view(query).find('='));
        EXPECT_TRUE(read.error().detail.starts_with("query parameter " + name + ": "))
            << read.error().detail;
    }
}

TEST(BatchFilter, times_may_have_any_offset)
{
    for (const char* time :
         {"2026-01-31T12:00:00Z", "2026-01-31T14:00:00%2B02:00", "2026-01-31T14:00:00+02:00",
          "2026-01-31T10:30:00-01:30"}) {
        const BatchQuery query =
            read_batch_query(asked("created_after=" + std::string(time))).value();
        EXPECT_EQ(format_time(query.filter.created_after.value()), "2026-01-31T12:00:00.000000Z");
    }
    EXPECT_FALSE(read_batch_query(asked("created_before=yesterday")));
    EXPECT_FALSE(read_batch_query(asked("created_before=")));
}

TEST(BatchFilter, knows_the_next_page)
{
    EXPECT_EQ(read_batch_query(asked("")).value().next_page, "1");
    EXPECT_EQ(read_batch_query(asked("page=4")).value().next_page, "5");
    EXPECT_EQ(read_batch_query(asked("page=-4")).value().next_page, "1");
    EXPECT_TRUE(read_batch_query(asked("page=99999999999999999999")));
}

TEST(DeliveryFilter, every_parameter_is_read)
{
    const DeliveryQuery query =
        read_delivery_query(asked("status=dead&trigger=on_failure&page_size=5&task_id=" + id))
            .value();
    EXPECT_EQ(query.filter.status, DeliveryStatus::dead);
    EXPECT_EQ(query.filter.trigger, Trigger::failure);
    EXPECT_EQ(query.filter.limit, 5u);
    EXPECT_EQ(query.task, id);
    for (const char* bad : {"status=Dead", "trigger=End", "task_id=x", "batch_id=x", "before=x"})
        EXPECT_FALSE(read_delivery_query(asked(bad))) << bad;
}

} // namespace

} // namespace sluice::wire_task_filter_test
