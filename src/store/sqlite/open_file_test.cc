// SPDX-License-Identifier: Apache-2.0
// What is left of a store in children of fork. Each test forks first, since a guard cannot be
// taken back.
#include "store/sqlite/open_file.h"

#include "base/fork_guard.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/lock_file.h"
#include "store/sqlite/testing.h"

#include <csignal>
#include <sched.h>

namespace sluice::sqlite::open_file_test {
namespace {

// The exit status of a child: what `work` returns there.
int in_child(const std::function<bool()>& work)
{
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(work() ? 0 : 1);
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool can_open(const std::string& path)
{
    try {
        Connection(path, nullptr, {}).execute("SELECT count(*) FROM sqlite_schema");
        return true;
    } catch (const StoreFailure& failure) {
        return !testing::contains(failure.error().detail, "when it forked this one");
    }
}

TEST(OpenFile, cannot_be_opened_in_a_guarded_child_by_any_path)
{
    const testing::ScratchDirectory scratch;
    const std::string path = scratch.file("a.db");
    const auto work = [&] {
        guard_forks();
        const Connection connection(path, nullptr, {}, true);
        std::filesystem::create_symlink(path, scratch.file("b.db"));
        return in_child([&] { return can_open(path); }) == 1 &&
               in_child([&] { return can_open(scratch.file("b.db")); }) == 1;
    };
    EXPECT_EQ(in_child(work), 0);
}

TEST(OpenFile, may_be_opened_in_a_child_when_it_was_closed_before)
{
    const testing::ScratchDirectory scratch;
    const std::string path = scratch.file("a.db");
    const auto work = [&] {
        guard_forks();
        Connection(path, nullptr, {}).execute("CREATE TABLE t (a)");
        return in_child([&] { return can_open(path); }) == 0;
    };
    EXPECT_EQ(in_child(work), 0);
}

TEST(OpenFile, leaves_other_files_and_memory_to_children)
{
    const testing::ScratchDirectory scratch;
    const auto work = [&] {
        guard_forks();
        const Connection connection(scratch.file("a.db"), nullptr, {});
        const Connection memory(":memory:", nullptr, {});
        return in_child([&] { return can_open(scratch.file("b.db")) && can_open(":memory:"); }) ==
               0;
    };
    EXPECT_EQ(in_child(work), 0);
}

TEST(LockFile, a_guarded_child_does_not_keep_the_locks_of_its_dead_parent)
{
    const testing::ScratchDirectory scratch;
    const std::string path = scratch.file("live");
    pid_t orphan = 0;
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    testing::Child parent([&] {
        guard_forks();
        static LockFile file(path);
        file.try_lock(3, LockFile::Mode::exclusive);
        const pid_t child = ::fork();
        while (child == 0)
            ::pause();
        [[maybe_unused]] const ssize_t told = ::write(ends[1], &child, sizeof child);
    });
    ASSERT_EQ(::read(ends[0], &orphan, sizeof orphan), static_cast<ssize_t>(sizeof orphan));
    ::close(ends[0]);
    ::close(ends[1]);
    LockFile here(path);
    EXPECT_TRUE(here.is_locked_elsewhere(3));
    parent.kill();
    // The child closes it before its fork() returns, which may be still to come.
    for (int i = 0; i < 1'000'000 && here.is_locked_elsewhere(3); ++i)
        ::sched_yield();
    EXPECT_FALSE(here.is_locked_elsewhere(3));
    ::kill(orphan, SIGKILL);
}

TEST(Connection, of_a_guest_reads_and_writes)
{
    const testing::ScratchDirectory scratch;
    Connection connection(scratch.file("a.db"), nullptr, {}, true);
    connection.execute("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    EXPECT_TRUE(can_open(scratch.file("a.db")));
}

} // namespace
} // namespace sluice::sqlite::open_file_test
