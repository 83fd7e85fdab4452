// SPDX-License-Identifier: Apache-2.0
#include "api/task_testing.h"
#include "api/wire_event.h"

namespace sluice::events_test {

namespace {

using namespace testing;

FeedEvent event()
{
    FeedEvent event;
    event.place = {17, 3};
    event.at = from_micros(1'700'000'000'000'000);
    event.move = {TaskId{5}, RunId{4}, TaskState::pending, TaskState::claimed};
    event.label = {TaskId{5}, RunId{4}, Time{}, "build", "a \"name\""};
    return event;
}

std::string spell(UidKind kind, Time, std::int64_t key)
{
    return (kind == UidKind::task ? "task-" : "batch-") + std::to_string(key);
}

TEST(WireEvents, say_which_task_has_moved_and_how)
{
    EXPECT_EQ(
        event_text(event(), spell),
        "id: 17.3\nevent: task\ndata: {\"task_id\":\"task-5\",\"batch_id\":\"batch-4\","
        "\"kind\":\"build\",\"name\":\"a \\\"name\\\"\",\"from\":\"Pending\",\"to\":\"Claimed\","
        "\"at\":\"2023-11-14T22:13:20.000000Z\"}\n\n"
    );
    FeedEvent created = event();
    created.move.from.reset();
    EXPECT_NE(event_text(created, spell).find("\"from\":null"), std::string::npos);
}

TEST(WireEvents, tell_a_client_where_it_stands)
{
    EXPECT_EQ(place_text(FeedPlace{17}), "id: 17\n\n");
    EXPECT_EQ(greeting_text(FeedPlace{17}, false), "retry: 1000\nid: 17\n\n");
    EXPECT_EQ(
        greeting_text(FeedPlace{17}, true), "retry: 1000\nid: 17\nevent: reset\ndata: {}\n\n"
    );
}

TEST(WireEvents, are_chosen_by_all_that_a_filter_says)
{
    EXPECT_TRUE(EventFilter{}.matches(event()));
    EXPECT_TRUE((EventFilter{RunId{4}, TaskId{5}, "build"}).matches(event()));
    EXPECT_FALSE((EventFilter{RunId{3}, TaskId{5}, "build"}).matches(event()));
    EXPECT_FALSE((EventFilter{RunId{4}, TaskId{6}, "build"}).matches(event()));
    EXPECT_FALSE((EventFilter{RunId{4}, TaskId{5}, "buil"}).matches(event()));
}

TEST(ApiEvents, refuse_ids_that_are_none)
{
    TaskFixture api;
    for (const char* path : {"/events?batch=x", "/events?task=1"}) {
        const Reply refused = api.get(path);
        EXPECT_EQ(refused.status, 400) << path;
    }
}

} // namespace

} // namespace sluice::events_test
