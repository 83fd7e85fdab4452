// SPDX-License-Identifier: Apache-2.0
// Triggers: what several processes and whole hosts do about them.
#include "workflows/trigger_testing.h"

namespace sluice::trigger_processes_test {
namespace {

using testing::Says;
using testing::turn_until;

class TriggersOfTwo : public testing::TriggersTest {
protected:
    std::unique_ptr<testing::Driver> other = another_store();
    testing::TriggerProcess there{loop, other->store()};
};

TEST_P(TriggersOfTwo, are_asked_where_the_function_is)
{
    ASSERT_TRUE(record(files()));
    EXPECT_EQ(turns(here, 20s, 5s), 0u);
    add(there, files());
    EXPECT_EQ(turns(here, 20s, 5s), 0u);
    EXPECT_EQ(turn(there), 1u);
}

TEST_P(TriggersOfTwo, are_asked_by_one)
{
    add(files());
    add(there, files());
    EXPECT_EQ(turn(), 1u);
    for (int i = 0; i < 24; ++i) {
        clock.advance(5s);
        EXPECT_EQ(turn(there), 0u);
        turn();
    }
    EXPECT_EQ(function->asked, 5);
}

TEST_P(TriggersOfTwo, are_taken_over_when_their_process_has_died)
{
    add(files());
    add(there, files());
    EXPECT_EQ(turn(), 1u);
    EXPECT_EQ(turns(here, 5s, 5s), 0u);
    EXPECT_EQ(turns(there, 25s, 5s), 0u);
    EXPECT_EQ(turns(there, 15s, 5s), 1u) << "when they would have been, to a few seconds";
    EXPECT_EQ(there.polling.held(), 1u);
    turn();
    EXPECT_EQ(here.polling.held(), 0u) << "who was dead by mistake gives way";
}

TEST_P(TriggersOfTwo, are_left_to_others_by_a_process_that_stops)
{
    add(files());
    add(there, files());
    EXPECT_EQ(turn(), 1u);
    wait(here.polling.stop());
    EXPECT_EQ(wait(there.polling.run_once()).value(), 0u);
    EXPECT_EQ(there.polling.held(), 1u) << "at once";
}

TEST_P(TriggersOfTwo, stop_without_their_functions)
{
    add(files());
    function->says("{}");
    function->holds();
    EXPECT_EQ(wait(here.polling.run_once()).value(), 1u);
    wait(here.polling.stop());
    EXPECT_EQ(here.polling.asking(), 0u);
    function->let_go();
    EXPECT_EQ(here.threads.close(60s), 0u);
    EXPECT_TRUE(fires().empty());
}

TEST_P(TriggersOfTwo, fire_a_context_once)
{
    add(files());
    StoredSchedule stored = wait(triggers.find("files")).value();
    const TriggerContext context = trigger_context("{}", "files", 1 << 20).value();
    std::vector<bool> fired;
    const auto one = [](TriggerFiring& firing, StoredSchedule trigger, TriggerContext asked,
                        std::vector<bool>& done) -> Async<void> {
        const Result<Submitted> submitted =
            co_await firing.fire(trigger, asked, TriggerFiring::By::function);
        done.push_back(submitted.has_value());
    };
    testing::spawn(loop, one(here.firing, stored, context, fired));
    testing::spawn(loop, one(there.firing, stored, context, fired));
    turn_until(loop, [&] { return fired.size() == 2; });
    EXPECT_EQ(std::ranges::count(fired, true), 1);
    EXPECT_EQ(fires().size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, TriggersOfTwo, ::testing::ValuesIn(shared_dialects), dialect_name
);

class TriggersOfHosts : public testing::HostTest {};

TEST_P(TriggersOfHosts, start_runs_by_themselves_and_by_hand)
{
    const auto host = open();
    ASSERT_TRUE(host->add(
        testing::registered("etl", {testing::task_with("a", {}, testing::gives("{\"b\":1}"))})
    ));
    const auto asked = std::make_shared<testing::Barrier>();
    const auto count = std::make_shared<std::atomic<int>>(0);
    const auto trigger = std::make_shared<TriggerRegistration>();
    trigger->name = "files";
    trigger->workflow = "etl";
    trigger->interval = 10ms;
    trigger->poll = [asked, count]() -> Says {
        if (++*count == 3)
            asked->open();
        return std::nullopt;
    };
    ASSERT_TRUE(testing::answer_of(host->add(RegisteredTrigger(trigger))).value());
    asked->wait();
    const FollowedRunPtr fired =
        testing::answer_of(host->fire_trigger("files", "{\"a\":1}")).value();
    EXPECT_EQ(testing::answer_of(fired->end()).value()->status, RunStatus::completed);
    EXPECT_NE(host->metrics().find("sluice_workflow_trigger_polls_total"), std::string::npos);
    EXPECT_EQ(host->shutdown(10s), 0u);
}

TEST_P(TriggersOfHosts, are_fired_by_hand_where_their_workflow_is_not_known)
{
    const auto program = open();
    ASSERT_TRUE(program->add(
        testing::registered("etl", {testing::task_with("a", {}, testing::gives("{}"))})
    ));
    const auto trigger = std::make_shared<TriggerRegistration>();
    trigger->name = "files";
    trigger->workflow = "etl";
    trigger->poll = []() -> Says { return std::nullopt; };
    ASSERT_TRUE(testing::answer_of(program->add(RegisteredTrigger(trigger))).value());
    HostOptions elsewhere = options();
    elsewhere.mode = HostOptions::Mode::executor_only;
    const auto other = open(elsewhere);
    const FollowedRunPtr fired = testing::answer_of(other->fire_trigger("files", "")).value();
    EXPECT_EQ(testing::answer_of(fired->end()).value()->status, RunStatus::completed);
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, TriggersOfHosts, ::testing::ValuesIn(shared_dialects), dialect_name
);

} // namespace
} // namespace sluice::trigger_processes_test
