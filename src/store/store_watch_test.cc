// SPDX-License-Identifier: Apache-2.0
#include "store/testing/moody_store.h"

#include <gtest/gtest.h>

namespace sluice::store_watch_test {
namespace {

using namespace std::chrono_literals;
using Kind = testing::Mood::Kind;

constexpr StoreWatch::Limits hasty{.silence = 5ms, .answer = 5ms, .patience = 20ms, .pause = 5ms};
constexpr StoreWatch::Limits calm{.silence = 5ms, .answer = 60s, .patience = 60s, .pause = 5ms};

CreateKey key(const std::string& name)
{
    CreateKey request;
    request.name = name;
    request.hash = name;
    return request;
}

class StoreWatchTest : public ::testing::Test {
protected:
    void make(StoreWatch::Limits limits) { db.emplace(limits); }

    // Whatever is to be written waits, and the database says nothing.
    void hang()
    {
        db->probe.set(Kind::hangs);
        db->gate().close_at(1);
    }
    void recover()
    {
        db->gate().open();
        db->probe.set(Kind::well);
        testing::turn_until(db->loop, [this] { return db->store().failing_for() == Micros(0); });
    }
    std::vector<std::string> names()
    {
        auto look = [](Reads& reads) { return reads.keys(); };
        std::vector<std::string> all;
        const std::vector<KeyRow> keys = testing::await(db->loop, db->store().read(look)).value();
        for (const KeyRow& each : keys)
            all.push_back(each.name);
        return all;
    }

    std::optional<testing::MoodyStore> db;
};

TEST_F(StoreWatchTest, gives_up_what_a_database_that_hangs_does_not_answer)
{
    make(hasty);
    hang();
    const Result<KeyRow> answer = db->start(key("a")).get();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::unavailable);
    EXPECT_EQ(answer.error().detail, "the database does not answer");
}

TEST_F(StoreWatchTest, a_write_that_is_given_up_is_done_whole_or_not_at_all)
{
    make(hasty);
    hang();
    auto under_way = db->start(key("a"));
    testing::turn_until(db->loop, [this] { return db->gate().is_reached(); });
    auto waiting = db->start(key("b"));
    EXPECT_FALSE(under_way.get());
    EXPECT_FALSE(waiting.get());
    recover();
    EXPECT_EQ(names(), std::vector<std::string>{"a"});
}

TEST_F(StoreWatchTest, while_the_database_hangs_new_calls_are_answered_at_once)
{
    make(hasty);
    hang();
    EXPECT_FALSE(db->start(key("a")).get());
    EXPECT_GT(db->store().failing_for(), Micros(0));
    const std::size_t queued = db->store().queued();
    EXPECT_FALSE(db->start(key("b")).get());
    EXPECT_EQ(db->store().queued(), queued);
    auto look = [](Reads& reads) { return reads.keys(); };
    EXPECT_FALSE(testing::await(db->loop, db->store().read(look)));
}

TEST_F(StoreWatchTest, slow_work_is_waited_for)
{
    make(calm);
    db->gate().close_at(1);
    auto slow = db->start(key("a"));
    testing::turn_until(db->loop, [this] { return db->probe.asked() >= 3; });
    EXPECT_FALSE(slow.has_answer());
    db->gate().open();
    EXPECT_TRUE(slow.get());
}

TEST_F(StoreWatchTest, what_the_engine_does_is_never_given_up)
{
    make(hasty);
    hang();
    RegisterWorker request;
    request.name = "worker";
    request.lease = 1h;
    auto registered = db->start(std::move(request));
    EXPECT_FALSE(db->start(key("a")).get());
    EXPECT_FALSE(registered.has_answer());
    recover();
    EXPECT_TRUE(registered.get());
}

TEST_F(StoreWatchTest, of_a_database_that_is_away_calls_are_given_up_after_a_time)
{
    make(hasty);
    db->probe.set(Kind::away);
    db->gate().close_at(1);
    EXPECT_FALSE(db->start(key("a")).get());
}

TEST_F(StoreWatchTest, who_reads_is_not_told_where_the_database_is)
{
    make(calm);
    db->mood.set(Kind::away);
    auto look = [](Reads& reads) { return reads.keys(); };
    const auto read = testing::await(db->loop, db->store().read(look));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().detail, "the database does not answer");
}

} // namespace
} // namespace sluice::store_watch_test
