// SPDX-License-Identifier: Apache-2.0
#include "tasks/change_feed.h"

#include "async/task_scope.h"
#include "async/testing.h"
#include "tasks/webhook_fixture.h"

namespace sluice::change_feed_test {
namespace {

using testing::await;
using testing::turn_until;

class ChangeFeedTest : public testing::WebhookTest {
protected:
    ChangeFeedTest()
    {
        db.store().on_changes([this](const Changes& changes) { feed.changed(changes); });
        scope.spawn(feed.run());
    }
    ~ChangeFeedTest() override
    {
        feed.close();
        await(loop, scope.join());
        db.store().on_changes(nullptr);
    }

    FeedPlace end() { return await(loop, feed.end()).value(); }
    ChangeFeed::Page after(FeedPlace place) { return await(loop, feed.after(place)).value(); }

    // Everything behind the place, until there is nothing more.
    std::vector<std::string> all_after(FeedPlace place)
    {
        std::vector<std::string> places;
        for (;;) {
            const ChangeFeed::Page page = after(place);
            for (const auto& event : page.events)
                places.push_back(format_place(event->place));
            if (page.next == place)
                return places;
            place = page.next;
        }
    }

    ChangeFeed feed{loop.get_executor(), db.store(), Log()};
    TaskScope scope{loop.get_executor(), Log()};
    Signal seen{loop.get_executor()};
};

TEST_F(ChangeFeedTest, tells_what_happens_while_somebody_watches)
{
    const ChangeFeed::Watch watch(feed, seen);
    const FeedPlace start = end();
    EXPECT_TRUE(after(start).events.empty());
    const Submitted run = submit(Json::object());
    ChangeFeed::Page page;
    turn_until(loop, [&] {
        page = after(start);
        return !page.events.empty();
    });
    ASSERT_EQ(page.events.size(), 1U);
    EXPECT_EQ(page.events[0]->move.task, run.tasks[0]);
    EXPECT_EQ(page.events[0]->label.kind, "test");
    EXPECT_TRUE(after(page.next).events.empty());
}

TEST_F(ChangeFeedTest, gives_the_same_from_memory_and_from_the_database)
{
    const FeedPlace start = end();
    for (int i = 0; i < 5; ++i)
        submit(Json::object());
    const std::vector<std::string> alone = all_after(start);
    EXPECT_EQ(alone.size(), 5U);
    const ChangeFeed::Watch watch(feed, seen);
    submit(Json::object());
    turn_until(loop, [&] { return all_after(start).size() == 6; });
    std::vector<std::string> all = all_after(start);
    all.pop_back();
    EXPECT_EQ(all, alone);
}

TEST_F(ChangeFeedTest, goes_on_in_the_middle_of_a_row)
{
    const FeedPlace start = end();
    Submit request;
    request.run.kind = RunKind::batch;
    request.run.queues = {"webhook/target"};
    for (int i = 0; i < 3; ++i) {
        NewTask& task = request.tasks.emplace_back();
        task.card.emplace();
        task.card->kind = "test";
        task.card->name = "test";
    }
    db(std::move(request)).value();
    const ChangeFeed::Page page = after(start);
    ASSERT_EQ(page.events.size(), 3U);
    const ChangeFeed::Page rest = after(page.events[0]->place);
    ASSERT_EQ(rest.events.size(), 2U);
    EXPECT_EQ(rest.events[0]->place, page.events[1]->place);
}

TEST_F(ChangeFeedTest, knows_which_places_it_can_resume)
{
    const FeedPlace start = end();
    EXPECT_EQ(await(loop, feed.resume(start)).value(), start);
    const FeedPlace later{start.change + 1000};
    EXPECT_EQ(await(loop, feed.resume(later)).value(), std::nullopt);
}

TEST(FeedPlaces, are_read_as_they_are_written)
{
    for (const FeedPlace place : {FeedPlace{0}, FeedPlace{17}, FeedPlace{17, 0}, FeedPlace{1, 42}})
        EXPECT_EQ(parse_place(format_place(place)), place);
    for (const char* text : {"", ".", "1.", ".1", "-1", "1.-1", "1.2.3", "x", "1 "})
        EXPECT_EQ(parse_place(text), std::nullopt) << text;
    EXPECT_LT((FeedPlace{17, 5}), FeedPlace{17}) << "the whole row comes behind its moves";
}

} // namespace
} // namespace sluice::change_feed_test
