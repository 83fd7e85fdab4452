// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/file_watch.h"

#include "async/testing.h"
#include "store/sqlite/testing.h"

namespace sluice::sqlite {
namespace {

void write_something(Session& session)
{
    session.begin_write();
    session.tables().next_ids(Tables::Sequence::task, 1);
    session.commit();
}

TEST(FileWatch, a_commit_of_another_session_wakes_and_can_be_seen)
{
    const testing::ScratchDirectory scratch;
    const SqliteOptions options{.path = scratch.file("a.db")};
    const auto ours = testing::connected(options);
    const auto theirs = testing::connected(options);
    asio::io_context loop;
    auto watch = FileWatch::open(loop.get_executor(), sqlite_lock_path(options.path));
    ASSERT_TRUE(watch);
    ours->written_by_others();

    for (int round = 0; round < 3; ++round) {
        write_something(*theirs);
        write_something(*theirs);
        sluice::testing::await(loop, (*watch)->changed());
        EXPECT_TRUE(ours->written_by_others());
        EXPECT_FALSE(ours->written_by_others());
    }
}

TEST(FileWatch, many_writes_are_one_wake_up)
{
    const testing::ScratchDirectory scratch;
    const SqliteOptions options{.path = scratch.file("a.db")};
    const auto session = testing::connected(options);
    asio::io_context loop;
    auto watch = FileWatch::open(loop.get_executor(), sqlite_lock_path(options.path));
    ASSERT_TRUE(watch);
    for (int i = 0; i < 50; ++i)
        write_something(*session);
    sluice::testing::await(loop, (*watch)->changed());

    bool woke = false;
    asio::co_spawn(loop, (*watch)->changed(), [&](std::exception_ptr) { woke = true; });
    loop.restart();
    loop.poll();
    EXPECT_FALSE(woke);
    write_something(*session);
    loop.restart();
    while (!woke && loop.run_one() > 0) {
    }
    EXPECT_TRUE(woke);
}

TEST(FileWatch, a_file_that_is_missing_is_named)
{
    asio::io_context loop;
    const auto watch = FileWatch::open(loop.get_executor(), "/nowhere/a-lock");
    ASSERT_FALSE(watch);
    EXPECT_TRUE(testing::contains(watch.error().detail, "/nowhere/a-lock"));
}

} // namespace
} // namespace sluice::sqlite
