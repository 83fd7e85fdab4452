// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/turnstile.h"

#include "store/sqlite/testing.h"

#include <atomic>
#include <thread>

namespace sluice::sqlite::turnstile_test {
namespace {

using namespace std::chrono_literals;
using Mode = LockFile::Mode;

TEST(LockFile, excludes_other_objects_of_the_same_process)
{
    const testing::ScratchDirectory scratch;
    LockFile a(scratch.file("l"));
    LockFile b(scratch.file("l"));

    EXPECT_TRUE(a.try_lock(1, Mode::exclusive));
    EXPECT_FALSE(b.try_lock(1, Mode::shared));
    EXPECT_TRUE(b.try_lock(2, Mode::exclusive));
    EXPECT_FALSE(b.lock_within(1ms, 1, Mode::exclusive));
    EXPECT_TRUE(b.is_locked_elsewhere(1));
    EXPECT_FALSE(a.is_locked_elsewhere(1));
    a.unlock(1);
    EXPECT_TRUE(b.try_lock(1, Mode::shared));
    EXPECT_TRUE(a.try_lock(1, Mode::shared));
}

TEST(LockFile, closing_another_one_drops_nothing)
{
    const testing::ScratchDirectory scratch;
    LockFile a(scratch.file("l"));
    LockFile b(scratch.file("l"));
    ASSERT_TRUE(a.try_lock(1, Mode::exclusive));
    {
        LockFile c(scratch.file("l"));
    }
    EXPECT_FALSE(b.try_lock(1, Mode::exclusive));
}

TEST(LockFile, a_place_that_cannot_be_written_is_named)
{
    const StoreFailure failure = testing::failure_in([] { LockFile("/nowhere/a-lock"); });
    EXPECT_EQ(failure.kind(), StoreFailure::Kind::broken);
    EXPECT_TRUE(testing::contains(failure.what(), "/nowhere/a-lock")) << failure.what();
}

TEST(Turnstile, who_waits_comes_before_who_has_just_written)
{
    const testing::ScratchDirectory scratch;
    Turnstile first(scratch.file("l"), 10s);
    first.enter();
    std::atomic<bool> second_was_inside = false;
    std::thread thread([&] {
        Turnstile second(scratch.file("l"), 10s);
        second.enter();
        second_was_inside = true;
        second.leave();
    });
    LockFile watch(scratch.file("l"));
    while (!watch.is_locked_elsewhere(Turnstile::turn))
        std::this_thread::yield();

    first.leave();
    first.enter();

    EXPECT_TRUE(second_was_inside);
    first.leave();
    thread.join();
}

TEST(Turnstile, a_writer_that_stays_is_waited_for_up_to_a_limit)
{
    const testing::ScratchDirectory scratch;
    Turnstile first(scratch.file("l"), 10s);
    Turnstile second(scratch.file("l"), 2ms);
    first.enter();

    const StoreFailure failure = testing::failure_in([&] { second.enter(); });

    EXPECT_EQ(failure.kind(), StoreFailure::Kind::again);
    EXPECT_EQ(failure.error().code, Errc::unavailable);
    EXPECT_TRUE(testing::contains(failure.what(), "2ms")) << failure.what();
    first.leave();
    second.enter();
}

TEST(Turnstile, a_writer_that_dies_is_out)
{
    const testing::ScratchDirectory scratch;
    std::unique_ptr<Turnstile> theirs;
    testing::Child child([&] {
        theirs = std::make_unique<Turnstile>(scratch.file("l"), 10s);
        theirs->enter();
    });
    Turnstile ours(scratch.file("l"), 2ms);
    EXPECT_THROW(ours.enter(), StoreFailure);

    child.kill();

    ours.enter();
}

TEST(Turnstile, a_closed_gate_keeps_readers_out)
{
    const testing::ScratchDirectory scratch;
    Turnstile writer(scratch.file("l"), 10s);
    ASSERT_TRUE(writer.close_gate());
    std::atomic<bool> refused = false;
    std::atomic<bool> passed = false;
    std::thread thread([&] {
        Turnstile reader(scratch.file("l"), 10s);
        refused = !reader.close_gate();
        reader.pass_gate();
        passed = true;
    });
    while (!refused && !passed)
        std::this_thread::yield();
    EXPECT_FALSE(passed);
    writer.open_gate();
    thread.join();
    EXPECT_TRUE(refused);
    EXPECT_TRUE(passed);
}

} // namespace
} // namespace sluice::sqlite::turnstile_test
