// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/liveness.h"

#include "store/sqlite/testing.h"

namespace sluice::sqlite {
namespace {

TEST(Liveness, a_worker_lives_from_announce_to_withdraw)
{
    const testing::ScratchDirectory scratch;
    Liveness here(scratch.file("a.db"));
    Liveness there(scratch.file("a.db"));
    EXPECT_FALSE(there.is_alive({3}));

    ASSERT_TRUE(here.announce({3}));
    EXPECT_TRUE(here.is_alive({3}));
    EXPECT_TRUE(there.is_alive({3}));
    EXPECT_FALSE(there.is_alive({4}));
    EXPECT_FALSE(there.announce({3}));

    here.withdraw({3});
    EXPECT_FALSE(here.is_alive({3}));
    EXPECT_FALSE(there.is_alive({3}));
}

TEST(Liveness, the_end_of_another_store_in_this_process_kills_nobody)
{
    const testing::ScratchDirectory scratch;
    Liveness here(scratch.file("a.db"));
    ASSERT_TRUE(here.announce({3}));
    {
        Liveness other(scratch.file("a.db"));
        ASSERT_TRUE(other.announce({4}));
    }
    Liveness there(scratch.file("a.db"));
    EXPECT_TRUE(there.is_alive({3}));
    EXPECT_FALSE(there.is_alive({4}));
}

TEST(Liveness, a_process_that_is_killed_is_noticed_at_once)
{
    const testing::ScratchDirectory scratch;
    std::unique_ptr<Liveness> theirs;
    testing::Child child([&] {
        theirs = std::make_unique<Liveness>(scratch.file("a.db"));
        [[maybe_unused]] const auto announced = theirs->announce({7});
    });
    Liveness ours(scratch.file("a.db"));
    EXPECT_TRUE(ours.is_alive({7}));

    child.kill();

    EXPECT_FALSE(ours.is_alive({7}));
}

} // namespace
} // namespace sluice::sqlite
