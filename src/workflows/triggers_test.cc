// SPDX-License-Identifier: Apache-2.0
// Triggers: who asks their functions, when, and what becomes of the answers.
#include "workflows/trigger_testing.h"

namespace sluice::triggers_test {
namespace {

using testing::TriggersTest;
using testing::turn_until;

TEST_P(TriggersTest, are_asked_at_once_and_then_each_interval)
{
    add(files());
    EXPECT_EQ(turn(), 1u);
    EXPECT_EQ(turn(), 0u);
    EXPECT_EQ(turns(here, 29s, 1s), 0u);
    EXPECT_EQ(turns(here, 1s, 1s), 1u);
    EXPECT_EQ(turns(here, 60s, 1s), 2u);
    EXPECT_EQ(function->asked, 4);
    EXPECT_EQ(counts().asked, 4u);
    EXPECT_TRUE(fires().empty()) << "it has not said so";
}

TEST_P(TriggersTest, start_their_workflow_with_the_context_that_the_function_gives)
{
    add(files());
    function->says(R"({"file": "a.csv"})");
    turn();
    ASSERT_EQ(fires().size(), 1u);
    const TriggerFireView fired = fires()[0];
    EXPECT_EQ(dump_json(context_of(fired.run_id)), R"({"file":"a.csv"})");
    EXPECT_EQ(run(key_of_run(fired.run_id)).row.expires_at, now() + 1h);
    EXPECT_EQ(fired.schedule_id, get().id);
    EXPECT_EQ(fired.context_hash.size(), 32u);
    EXPECT_EQ(fired.started_at, now());
    EXPECT_EQ(fired.completed_at, std::nullopt);
    clock.advance(1s);
    end_runs();
    EXPECT_EQ(fires()[0].completed_at, now());
}

TEST_P(TriggersTest, do_not_fire_a_context_again_while_its_run_is_active)
{
    add(files());
    function->says(R"({"a":1,"b":2})");
    turn();
    function->says(R"({"b":2, "a":1.0})");
    turns(here, 60s, 5s);
    EXPECT_EQ(fires().size(), 1u);
    EXPECT_EQ(counts().active, 2u);
    function->says("{}");
    turns(here, 30s, 5s);
    EXPECT_EQ(fires().size(), 2u) << "another one";
    end_runs();
    function->says(R"({"a":1,"b":2})");
    turns(here, 30s, 5s);
    ASSERT_EQ(fires().size(), 3u);
    EXPECT_EQ(fires()[2].context_hash, fires()[0].context_hash);
}

TEST_P(TriggersTest, may_be_allowed_to_fire_what_is_active)
{
    const auto trigger = files();
    trigger->allow_concurrent = true;
    add(trigger);
    function->says("{}");
    turn();
    turns(here, 30s, 5s);
    EXPECT_EQ(fires().size(), 2u);
    EXPECT_NE(fires()[0].run_id, fires()[1].run_id);
}

TEST_P(TriggersTest, are_asked_at_the_times_of_their_cron)
{
    const auto trigger = files();
    trigger->cron = "*/5 * * * *";
    add(trigger);
    EXPECT_EQ(turn(), 0u);
    EXPECT_EQ(turns(here, 299s, 1s), 0u);
    EXPECT_EQ(turns(here, 1s, 1s), 1u);
    EXPECT_EQ(turns(here, 5min, 5s), 1u);
    EXPECT_EQ(get().poll_interval, Micros{0});
}

TEST_P(TriggersTest, are_asked_again_when_their_function_throws)
{
    add(files());
    function->says("throw");
    EXPECT_EQ(turn(), 1u);
    function->says("throw int");
    EXPECT_EQ(turns(here, 30s, 5s), 1u);
    function->says("[]");
    EXPECT_EQ(turns(here, 30s, 5s), 1u);
    EXPECT_EQ(counts().failed, 3u);
    EXPECT_TRUE(fires().empty());
    function->says("{}");
    EXPECT_EQ(turns(here, 30s, 5s), 1u);
    EXPECT_EQ(fires().size(), 1u);
}

TEST_P(TriggersTest, of_a_workflow_that_comes_later_start_it_then)
{
    const auto trigger = files();
    trigger->workflow = "later";
    ASSERT_TRUE(wait(triggers.add(trigger, "")));
    here.polling.add(trigger);
    function->says("{}");
    turn();
    EXPECT_EQ(counts().failed, 1u);
    declare("later");
    turns(here, 30s, 5s);
    EXPECT_EQ(fires().size(), 1u);
}

TEST_P(TriggersTest, are_not_asked_again_while_they_are_asked_and_stay_where_they_are)
{
    add(files());
    function->holds();
    EXPECT_EQ(wait(here.polling.run_once()).value(), 1u);
    for (int i = 0; i < 12; ++i) {
        clock.advance(5s);
        EXPECT_EQ(wait(here.polling.run_once()).value(), 0u);
    }
    EXPECT_EQ(here.polling.held(), 1u);
    function->let_go();
    turn_until(loop, [&] { return here.polling.asking() == 0; });
    EXPECT_EQ(turn(), 1u);
}

TEST_P(TriggersTest, show_when_they_were_asked_last_to_a_few_seconds)
{
    add(files());
    EXPECT_EQ(get().last_poll_at, std::nullopt);
    turn();
    const Time asked = now();
    turns(here, 20s, 5s);
    ASSERT_TRUE(get().last_poll_at);
    EXPECT_LE(*get().last_poll_at - asked, 5s) << "what is held is not asked";
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, TriggersTest, ::testing::Values(Dialect::sqlite_memory, Dialect::postgres),
    dialect_name
);

} // namespace
} // namespace sluice::triggers_test
