// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/neighbours.h"

#include "base/process_id.h"
#include "store/sqlite/doorbell.h"
#include "store/sqlite/liveness.h"
#include "store/sqlite/testing.h"

#include <condition_variable>
#include <mutex>

namespace sluice::sqlite::neighbours_test {
namespace {

// One process's part of a `-live` file.
struct House {
    explicit House(const std::string& path) : file(path), doorbell(file), liveness(file) {}

    LockFile file;
    Doorbell doorbell;
    Liveness liveness;
};

TEST(Liveness, a_worker_lives_from_announce_to_withdraw)
{
    const testing::ScratchDirectory scratch;
    House here(scratch.file("live"));
    House there(scratch.file("live"));
    EXPECT_FALSE(there.liveness.is_alive({3}));

    ASSERT_TRUE(here.liveness.announce({3}));
    EXPECT_TRUE(here.liveness.is_alive({3}));
    EXPECT_TRUE(there.liveness.is_alive({3}));
    EXPECT_FALSE(there.liveness.is_alive({4}));
    EXPECT_FALSE(there.liveness.announce({3}));

    there.liveness.withdraw({3});
    EXPECT_TRUE(there.liveness.is_alive({3}));
    here.liveness.withdraw({3});
    EXPECT_FALSE(here.liveness.is_alive({3}));
    EXPECT_FALSE(there.liveness.is_alive({3}));
}

TEST(Liveness, the_end_of_another_store_in_this_process_kills_nobody)
{
    const testing::ScratchDirectory scratch;
    House here(scratch.file("live"));
    ASSERT_TRUE(here.liveness.announce({3}));
    {
        House other(scratch.file("live"));
        ASSERT_TRUE(other.liveness.announce({4}));
    }
    House there(scratch.file("live"));
    EXPECT_TRUE(there.liveness.is_alive({3}));
    EXPECT_FALSE(there.liveness.is_alive({4}));
}

TEST(Liveness, a_process_that_is_killed_is_noticed_at_once)
{
    const testing::ScratchDirectory scratch;
    std::unique_ptr<House> theirs;
    testing::Child child([&] {
        theirs = std::make_unique<House>(scratch.file("live"));
        [[maybe_unused]] const auto announced = theirs->liveness.announce({7});
    });
    House ours(scratch.file("live"));
    EXPECT_TRUE(ours.liveness.is_alive({7}));

    child.kill();

    EXPECT_FALSE(ours.liveness.is_alive({7}));
}

TEST(Doorbell, tells_others_from_itself)
{
    const testing::ScratchDirectory scratch;
    House here(scratch.file("live"));
    here.doorbell.ring();
    House there(scratch.file("live"));
    EXPECT_FALSE(here.doorbell.others_rang());
    EXPECT_FALSE(there.doorbell.others_rang());

    there.doorbell.ring();
    here.doorbell.ring();
    EXPECT_TRUE(here.doorbell.others_rang());
    EXPECT_FALSE(here.doorbell.others_rang());
    EXPECT_TRUE(there.doorbell.others_rang());
    EXPECT_FALSE(there.doorbell.others_rang());
}

// Counts news, and waits for them.
class News {
public:
    Neighbours::OnNews counter()
    {
        return [this](const Changes& changes) {
            const std::lock_guard lock(mutex_);
            EXPECT_TRUE(changes.from_outside);
            ++count_;
            came_.notify_all();
        };
    }

    void wait_for(int count)
    {
        std::unique_lock lock(mutex_);
        came_.wait(lock, [&] { return count_ >= count; });
    }

    int count()
    {
        const std::lock_guard lock(mutex_);
        return count_;
    }

private:
    std::mutex mutex_;
    std::condition_variable came_;
    int count_ = 0;
};

TEST(SqliteNeighbours, hear_of_a_commit_that_can_be_seen)
{
    const testing::ScratchDirectory scratch;
    const std::string path = scratch.file("a.db");
    const auto writer = testing::connected({.path = path});
    const auto reader = testing::connected({.path = path});
    const auto here = make_sqlite_neighbours(path, {});
    const auto there = make_sqlite_neighbours(path, {});
    News news;
    here->listen(news.counter());
    for (int round = 1; round <= 3; ++round) {
        reader->written_by_others();
        writer->begin_write();
        writer->tables().next_ids(Tables::Sequence::task, 1);
        writer->commit();
        there->announce({});
        news.wait_for(round);
        EXPECT_TRUE(reader->written_by_others());
    }
}

TEST(SqliteNeighbours, do_not_hear_themselves)
{
    const testing::ScratchDirectory scratch;
    const auto here = make_sqlite_neighbours(scratch.file("a.db"), {});
    const auto there = make_sqlite_neighbours(scratch.file("a.db"), {});
    News news_here;
    News news_there;
    here->listen(news_here.counter());
    there->listen(news_there.counter());
    for (int i = 0; i < 20; ++i)
        here->announce({});
    news_there.wait_for(1);
    EXPECT_EQ(news_here.count(), 0);
}

TEST(SqliteNeighbours, are_silent_after_listening_ends)
{
    const testing::ScratchDirectory scratch;
    const auto here = make_sqlite_neighbours(scratch.file("a.db"), {});
    const auto there = make_sqlite_neighbours(scratch.file("a.db"), {});
    News news;
    here->listen(news.counter());
    here->listen({});
    there->announce({});
    EXPECT_EQ(news.count(), 0);
    here->listen(news.counter());
    there->announce({});
    news.wait_for(1);
}

TEST(SqliteNeighbours, know_which_workers_are_dead)
{
    const testing::ScratchDirectory scratch;
    const auto here = make_sqlite_neighbours(scratch.file("a.db"), {});
    auto there = make_sqlite_neighbours(scratch.file("a.db"), {});
    here->join({1});
    there->join({2});
    EXPECT_EQ(here->dead({{1}, {2}, {3}}), (std::vector<WorkerId>{{3}}));
    there.reset();
    EXPECT_EQ(here->dead({{1}, {2}}), (std::vector<WorkerId>{{2}}));
    here->leave({1});
    EXPECT_EQ(here->dead({{1}}), (std::vector<WorkerId>{{1}}));
}

TEST(SqliteNeighbours, cannot_keep_a_worker_alive_whose_process_has_ended)
{
    const testing::ScratchDirectory scratch;
    const auto session = testing::connected({.path = scratch.file("a.db")});
    const auto there = make_sqlite_neighbours(scratch.file("a.db"), {});
    there->join({1}); // as a child of that process would
    const std::string own = process_id();
    const std::string other = own.substr(0, own.rfind('/')) + "/1"; // of the same number, earlier
    const Time now = from_micros(1'700'000'000'000'000);
    session->begin_write();
    const std::pair<std::string, bool> workers[] = {
        {other, true}, {own, true}, {"", true}, {"elsewhere/1/1/1", true}, {other, false}};
    std::int64_t id = 0;
    for (const auto& [process, attached] : workers)
        session->tables().insert_worker({{++id}, "w", "h", process, attached, now, now});
    session->commit();

    const Reads::Pulse pulse = session->reads().pulse();
    EXPECT_EQ(pulse.workers, (std::vector<WorkerId>{{1}, {2}, {3}, {4}}));
    EXPECT_EQ(pulse.ended_workers, (std::vector<WorkerId>{{1}}));
    Reads::Look look;
    look.workers_after = now;
    EXPECT_TRUE(session->reads().pulse(look).ended_workers.empty()) << "it was rescued before";
}

} // namespace
} // namespace sluice::sqlite::neighbours_test
