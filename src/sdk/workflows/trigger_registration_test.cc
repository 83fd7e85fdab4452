// SPDX-License-Identifier: Apache-2.0
#include "sdk/workflows/trigger_registration.h"

#include "sluice/workflow_error.h"

#include <gtest/gtest.h>

namespace sluice::workflows::trigger_registration_test {
namespace {

using namespace std::chrono_literals;

Trigger trigger(std::function<TriggerResult()> poll)
{
    Trigger trigger;
    trigger.name = "files";
    trigger.workflow = "import";
    trigger.poll = std::move(poll);
    return trigger;
}

std::vector<std::string> problems_of(const Trigger& trigger)
{
    try {
        registration_of(trigger, 1024);
    } catch (const DefinitionError& error) {
        return error.problems();
    }
    return {};
}

TEST(TriggerRegistration, has_what_the_program_said)
{
    Trigger given = trigger(TriggerResult::skip);
    given.interval = 20ms;
    given.allow_concurrent = true;
    const RegisteredTrigger registered = registration_of(given, 1024);
    EXPECT_EQ(registered->name, "files");
    EXPECT_EQ(registered->workflow, "import");
    EXPECT_EQ(registered->interval, Micros(20ms));
    EXPECT_EQ(registered->timezone, "UTC");
    EXPECT_TRUE(registered->allow_concurrent);
}

TEST(TriggerRegistration, turns_what_the_function_says_into_a_context)
{
    EXPECT_EQ(registration_of(trigger(TriggerResult::skip), 1024)->poll(), std::nullopt);
    const auto fire = [] { return TriggerResult::fire({{"file", "a.csv"}}); };
    EXPECT_EQ(registration_of(trigger(fire), 1024)->poll(), R"({"file":"a.csv"})");
    EXPECT_EQ(registration_of(trigger([] { return TriggerResult::fire(); }), 1024)->poll(), "");
}

TEST(TriggerRegistration, refuses_a_context_that_is_too_large)
{
    const auto fire = [] { return TriggerResult::fire({{"text", std::string(2'000, 'x')}}); };
    EXPECT_THROW(registration_of(trigger(fire), 1024)->poll(), ContextError);
}

TEST(TriggerRegistration, tells_all_problems_at_once)
{
    Trigger bad = trigger(nullptr);
    bad.name = "";
    bad.interval = 9ms;
    EXPECT_EQ(problems_of(bad).size(), 3u);
    EXPECT_TRUE(problems_of(trigger(TriggerResult::skip)).empty());
}

TEST(TriggerRegistration, needs_no_function_where_nothing_is_started)
{
    Trigger recorded = trigger(nullptr);
    recorded.workflow = "";
    EXPECT_TRUE(problems_of(recorded).empty());
}

TEST(TriggerResult, of_a_skip_has_no_context)
{
    EXPECT_FALSE(TriggerResult::skip().is_fire());
    EXPECT_THROW(static_cast<void>(TriggerResult::skip().context()), Error);
}

} // namespace
} // namespace sluice::workflows::trigger_registration_test
