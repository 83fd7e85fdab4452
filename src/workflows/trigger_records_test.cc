// SPDX-License-Identifier: Apache-2.0
// Triggers: what is recorded of them, and how operators change that.
#include "workflows/trigger_testing.h"

#include <future>
#include <thread>

namespace sluice::trigger_records_test {
namespace {

using testing::Says;
using testing::TriggersTest;
using testing::turn_until;

TEST_P(TriggersTest, that_are_replaced_go_on_a_body_thread)
{
    const auto ended_on = std::make_shared<std::promise<std::thread::id>>();
    std::future<std::thread::id> thread = ended_on->get_future();
    {
        const auto old = files();
        old->poll = [held = std::shared_ptr<void>(nullptr, [ended_on](void*) {
                         ended_on->set_value(std::this_thread::get_id());
                     })]() -> Says { return std::nullopt; };
        add(old);
    }
    EXPECT_EQ(turn(), 1u);
    here.polling.add(files());
    ASSERT_EQ(thread.wait_for(60s), std::future_status::ready);
    EXPECT_NE(thread.get(), std::this_thread::get_id()) << "this is the thread of the loop";
}

TEST_P(TriggersTest, that_are_disabled_are_not_asked)
{
    add(files());
    turn();
    enable(false);
    EXPECT_EQ(turns(here, 120s, 5s), 0u);
    EXPECT_FALSE(get().enabled);
    enable(true);
    EXPECT_EQ(turns(here, 30s, 5s), 1u);
}

TEST_P(TriggersTest, that_are_disabled_by_their_own_process_are_not_asked_once_more)
{
    const auto tell = [&] {
        for (const Changes& changes : db.take_changes())
            here.polling.changed(changes);
    };
    const auto trigger = files();
    trigger->interval = 1s; // less than the time between two renewals
    add(trigger);
    EXPECT_EQ(turn(), 1u);
    tell();
    EXPECT_EQ(here.polling.held(), 1u);
    enable(false);
    tell();
    EXPECT_EQ(here.polling.held(), 0u);
    EXPECT_EQ(turns(here, 3s, 1s), 0u);
    enable(true);
    tell();
    EXPECT_EQ(turn(), 1u);
}

TEST_P(TriggersTest, that_are_disabled_while_they_are_asked_do_not_fire)
{
    add(files());
    function->says("{}");
    function->holds();
    EXPECT_EQ(wait(here.polling.run_once()).value(), 1u);
    enable(false);
    function->let_go();
    turn_until(loop, [&] { return here.polling.asking() == 0; });
    EXPECT_TRUE(fires().empty());
    EXPECT_EQ(counts().failed, 1u);
}

TEST_P(TriggersTest, without_a_workflow_are_recorded_and_never_asked)
{
    const auto trigger = files();
    trigger->workflow = "";
    add(trigger);
    EXPECT_EQ(turns(here, 60s, 5s), 0u);
    EXPECT_EQ(get().workflow, "");
    EXPECT_EQ(fire_by_hand("{}").error().code, Errc::invalid);
}

TEST_P(TriggersTest, are_fired_by_hand_also_when_they_are_disabled)
{
    add(files());
    enable(false);
    const Result<Submitted> fired = fire_by_hand(R"({"by": "hand"})");
    ASSERT_TRUE(fired);
    EXPECT_EQ(fires().size(), 1u);
    EXPECT_EQ(fire_by_hand(R"({"by":"hand"})").error().code, Errc::conflict);
    EXPECT_TRUE(fire_by_hand("{}"));
}

TEST_P(TriggersTest, that_are_registered_again_take_what_has_changed)
{
    add(files());
    const TriggerView first = get();
    EXPECT_EQ(first.name, "files");
    EXPECT_EQ(first.workflow, "etl");
    EXPECT_EQ(first.poll_interval, Micros(30s));
    clock.advance(1s);
    add(files());
    EXPECT_EQ(get().updated_at, first.updated_at);
    enable(false);
    const auto faster = files();
    faster->interval = 10s;
    add(faster);
    EXPECT_EQ(get().id, first.id);
    EXPECT_EQ(get().poll_interval, Micros(10s));
    EXPECT_FALSE(get().enabled) << "an operator has disabled it";
    enable(true);
    turn();
    EXPECT_EQ(turns(here, 30s, 5s), 3u);
}

TEST_P(TriggersTest, that_make_no_sense_are_refused_in_words)
{
    const auto words = [&](const RegisteredTrigger& trigger) {
        const Error error = record(trigger).error();
        EXPECT_EQ(error.code, Errc::invalid) << error.detail;
        return error.detail;
    };
    auto trigger = files();
    trigger->name = "";
    EXPECT_EQ(words(trigger), "name: 1 to 255 bytes are accepted, not 0");
    trigger->name = "a\nb";
    EXPECT_NE(words(trigger).find("control characters"), std::string::npos);
    trigger = files();
    trigger->interval = 9ms;
    EXPECT_EQ(words(trigger), "interval: at least 10 ms is accepted, not 9000 us");
    trigger = files();
    trigger->cron = "x";
    EXPECT_NE(words(trigger).find("cron expression 'x'"), std::string::npos);
    trigger->cron = "@daily";
    trigger->timezone = "Nowhere/At_all";
    EXPECT_NE(words(trigger).find("Nowhere"), std::string::npos);
    EXPECT_TRUE(wait(triggers.list({})).value().empty());
}

TEST_P(TriggersTest, are_listed_newest_first_by_page_and_whether_they_are_enabled)
{
    for (const char* name : {"files", "mail", "queue"}) {
        const auto trigger = files();
        trigger->name = name;
        add(trigger);
    }
    enable(false);
    const auto names = [&](const TriggerSchedules::Page& page) {
        std::string found;
        for (const TriggerView& one : wait(triggers.list(page)).value())
            found += one.name + " ";
        return found;
    };
    TriggerSchedules::Page page;
    EXPECT_EQ(names(page), "queue mail files ");
    page.enabled = true;
    EXPECT_EQ(names(page), "queue mail ");
    page.limit = 1;
    page.offset = 1;
    EXPECT_EQ(names(page), "mail ");
}

TEST_P(TriggersTest, that_nobody_has_registered_have_no_history)
{
    EXPECT_EQ(wait(triggers.get("absent")).value(), std::nullopt);
    EXPECT_TRUE(fires("absent").empty());
    const Error error = wait(triggers.set_enabled("absent", true)).error();
    EXPECT_EQ(error.code, Errc::not_found);
    EXPECT_EQ(error.detail, "no trigger 'absent'");
}

} // namespace
} // namespace sluice::trigger_records_test
