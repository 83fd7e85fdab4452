// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/tables_testing.h"

namespace sluice::sqlite::tables_submit_test {
namespace {

using namespace testing;

TEST_F(TablesTest, ids_ascend_and_are_never_given_twice)
{
    EXPECT_EQ(tables().next_ids(Tables::Sequence::task, 3), (Ids{1, 2, 3}));
    EXPECT_EQ(tables().next_ids(Tables::Sequence::task, 2), (Ids{4, 5}));
    EXPECT_EQ(tables().next_ids(Tables::Sequence::run, 1), (Ids{1}));
    EXPECT_EQ(tables().next_ids(Tables::Sequence::queue, 1), (Ids{1}));
    EXPECT_EQ(tables().next_ids(Tables::Sequence::worker, 1), (Ids{1}));
    EXPECT_EQ(tables().next_ids(Tables::Sequence::key, 1), (Ids{1}));
    EXPECT_TRUE(tables().next_ids(Tables::Sequence::key, 0).empty());
}

TEST_F(TablesTest, names_of_runs_are_unique_and_found)
{
    RunDetail detail{
        .run = {1}, .name = "words", .spec = "{}", .actor = "me", .origin = {}, .error = ""};
    tables().insert_run_details({&detail, 1});
    EXPECT_EQ(tables().find_run_named("words"), RunId{1});
    EXPECT_EQ(tables().find_run_named("word"), std::nullopt);

    detail.run = {2};
    const StoreFailure failure = testing::failure_in([&] {
        tables().insert_run_details({&detail, 1});
    });
    EXPECT_EQ(failure.kind(), StoreFailure::Kind::refused);
    EXPECT_EQ(failure.error().code, Errc::conflict);

    detail.name = std::nullopt;
    tables().insert_run_details({&detail, 1});
    detail.run = {3};
    tables().insert_run_details({&detail, 1});
}

TEST_F(TablesTest, a_task_keeps_all_it_was_given)
{
    const TaskRow full{
        .id = {1},
        .run = {1},
        .queue = {3},
        .nprio = -1000,
        .timeout = Micros(5),
        .retry = "{}",
        .name = "n",
        .payload = std::string("a\0b", 3),
        .kind = ""};
    const TaskRow empty{
        .id = {2},
        .run = {1},
        .queue = {3},
        .timeout = {},
        .retry = "",
        .name = "",
        .payload = "",
        .kind = ""};
    const TaskRow rows[] = {full, empty};
    tables().insert_tasks(rows);

    const TaskId ids[] = {{2}, {1}, {9}};
    const std::vector<TaskRow> found = tables().tasks(ids);

    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[1].queue, QueueId{3});
    EXPECT_EQ(found[1].nprio, -1000);
    EXPECT_EQ(found[1].timeout, Micros(5));
    EXPECT_EQ(found[1].retry, "{}");
    EXPECT_EQ(found[1].name, "n");
    EXPECT_EQ(found[1].payload, full.payload);
    EXPECT_EQ(found[0].timeout, std::nullopt);
    EXPECT_EQ(found[0].name, "");
}

TEST_F(TablesTest, shared_queues_are_made_once)
{
    const QueueRow first{.id = {1}, .name = "a", .run = {}};
    const QueueRow again{.id = {2}, .name = "a", .run = {}};
    EXPECT_EQ(tables().ensure_shared_queue(first), QueueId{1});
    EXPECT_EQ(tables().ensure_shared_queue(again), QueueId{1});
    tables().insert_queue({.id = {3}, .name = "a", .run = {9}, .open = false});
    tables().set_queues_open({9}, true);

    std::vector<QueueRow> rows = tables().queues();
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[1].run, RunId{9});
    EXPECT_TRUE(rows[1].open);

    tables().delete_queues({9});
    tables().delete_queues({});
    EXPECT_EQ(tables().queues().size(), 1u);
}

TEST_F(TablesTest, requests_are_found_by_key)
{
    tables().insert_request({.key = "k", .body_hash = "h", .run = {4}, .created_at = at(1)});

    const auto found = tables().find_request("k");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->body_hash, "h");
    EXPECT_EQ(found->run, RunId{4});
    EXPECT_EQ(found->created_at, at(1));
    EXPECT_FALSE(tables().find_request("K"));
}

} // namespace
} // namespace sluice::sqlite::tables_submit_test
