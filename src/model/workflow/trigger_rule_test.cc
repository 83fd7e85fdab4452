// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/trigger_rule.h"

#include "model/workflow/definition_testing.h"

#include <gtest/gtest.h>

#include <array>

namespace sluice::trigger_rule_test {
namespace {

constexpr std::array all_ends{
    TaskState::succeeded, TaskState::failed, TaskState::canceled, TaskState::skipped};

const TaskEnds ends{
    {"done", TaskState::succeeded},
    {"broken", TaskState::failed},
    {"stopped", TaskState::canceled},
    {"left", TaskState::skipped}};

Json input()
{
    return parse_json(R"({"n":3,"word":"yes"})").value();
}

bool holds(const TriggerRule& rule)
{
    const Json context = input();
    return judge(rule, {ends, context}).holds;
}

std::string reason(const TriggerRule& rule)
{
    const Json context = input();
    const std::string text = judge(rule, {ends, context}).reason;
    constexpr std::string_view prefix = "the rule does not hold: ";
    EXPECT_TRUE(text.empty() || text.starts_with(prefix)) << text;
    return text.empty() ? text : text.substr(prefix.size());
}

TriggerRule success(std::string task)
{
    return condition(RuleForm::task_success, std::move(task));
}

TriggerRule failed(std::string task)
{
    return condition(RuleForm::task_failed, std::move(task));
}

TEST(TriggerRule, conditions_on_tasks_hold_for_their_ends)
{
    for (const TaskState end : all_ends) {
        const TaskEnds one{{"t", end}};
        const Json context = Json::object();
        const RuleFacts facts{one, context};
        EXPECT_EQ(is_true(success("t"), facts), end == TaskState::succeeded);
        EXPECT_EQ(
            is_true(failed("t"), facts), end == TaskState::failed || end == TaskState::canceled
        );
        EXPECT_EQ(
            is_true(condition(RuleForm::task_skipped, "t"), facts), end == TaskState::skipped
        );
    }
}

TEST(TriggerRule, conditions_on_a_task_without_an_end_do_not_hold)
{
    EXPECT_EQ(reason(success("nobody")), "task_success(nobody) is false (not known)");
    EXPECT_FALSE(holds(failed("nobody")));
}

TEST(TriggerRule, combinations_are_those_of_logic)
{
    const TriggerRule yes = success("done");
    const TriggerRule no = failed("done");

    EXPECT_TRUE(holds({}));
    EXPECT_TRUE(holds(combination(RuleForm::all, {})));
    EXPECT_TRUE(holds(combination(RuleForm::all, {yes, yes})));
    EXPECT_FALSE(holds(combination(RuleForm::all, {yes, no})));
    EXPECT_FALSE(holds(combination(RuleForm::any, {})));
    EXPECT_TRUE(holds(combination(RuleForm::any, {no, yes})));
    EXPECT_FALSE(holds(combination(RuleForm::any, {no, no})));
    EXPECT_TRUE(holds(combination(RuleForm::none, {})));
    EXPECT_TRUE(holds(combination(RuleForm::none, {no, no})));
    EXPECT_FALSE(holds(combination(RuleForm::none, {no, yes})));
}

TEST(TriggerRule, a_value_is_a_member_of_the_input_not_a_path)
{
    EXPECT_TRUE(holds(value_rule("n", ValueOperator::greater_than, 2)));
    EXPECT_FALSE(holds(value_rule("a.b", ValueOperator::exists)));
    EXPECT_TRUE(holds(value_rule("missing", ValueOperator::not_equals, 1)));
}

TEST(TriggerRule, the_reason_names_the_condition_and_the_fact)
{
    EXPECT_EQ(reason(success("broken")), "task_success(broken) is false (failed)");
    EXPECT_EQ(
        reason(value_rule("n", ValueOperator::greater_than, 10)),
        "context_value(n, GreaterThan, 10) is false (it is the number 3)"
    );
    EXPECT_EQ(
        reason(value_rule("size", ValueOperator::equals, "big")),
        "context_value(size, Equals, \"big\") is false (there is no such key)"
    );
    EXPECT_EQ(
        reason(value_rule("word", ValueOperator::not_exists)),
        "context_value(word, NotExists) is false (it is the text 'yes')"
    );
    EXPECT_EQ(reason(success("done")), "");
}

TEST(TriggerRule, the_reason_of_a_combination_is_what_decided)
{
    const TriggerRule nothing = combination(RuleForm::any, {});
    EXPECT_EQ(
        reason(combination(RuleForm::all, {success("done"), success("left"), success("broken")})),
        "task_success(left) is false (skipped)"
    );
    EXPECT_EQ(
        reason(combination(RuleForm::any, {success("left"), failed("done")})),
        "task_success(left) is false (skipped), task_failed(done) is false (succeeded)"
    );
    EXPECT_EQ(
        reason(combination(RuleForm::none, {failed("done"), failed("stopped")})),
        "task_failed(stopped) is true (canceled)"
    );
    EXPECT_EQ(reason(nothing), "any() is false");
    EXPECT_EQ(reason(combination(RuleForm::none, {TriggerRule{}})), "always() is true");
    EXPECT_EQ(
        reason(combination(
            RuleForm::any,
            {success("left"), success("left"), success("left"), success("left"), success("left")}
        )),
        "task_success(left) is false (skipped), task_success(left) is false (skipped), "
        "task_success(left) is false (skipped) and 2 more"
    );
}

TEST(TriggerRule, a_reason_stays_short)
{
    const std::string text =
        reason(value_rule("n", ValueOperator::equals, std::string(100'000, 'x')));
    EXPECT_LT(text.size(), 1010u);
    EXPECT_TRUE(text.ends_with("…"));
}

TEST(TriggerRule, a_rule_reads_as_programs_write_it)
{
    const TriggerRule rule = combination(
        RuleForm::all,
        {success("a"), combination(RuleForm::none, {condition(RuleForm::task_skipped, "b")}),
         value_rule("k", ValueOperator::contains, "x"), TriggerRule{}}
    );
    EXPECT_EQ(
        describe_rule(rule),
        "all(task_success(a), none(task_skipped(b)), context_value(k, Contains, \"x\"), always())"
    );
    EXPECT_EQ(named_tasks(rule), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(depth_of(rule), 3u);
    EXPECT_EQ(depth_of({}), 1u);
}

// As the contract says it, without short cuts.
bool slowly_true(const TriggerRule& rule, const RuleFacts& facts)
{
    std::size_t holding = 0;
    for (const TriggerRule& part : rule.parts)
        holding += slowly_true(part, facts) ? 1 : 0;
    switch (rule.form) {
    case RuleForm::always:
        return true;
    case RuleForm::all:
        return holding == rule.parts.size();
    case RuleForm::any:
        return holding > 0;
    case RuleForm::none:
        return holding == 0;
    case RuleForm::task_success:
        return facts.ends.at(rule.name) == TaskState::succeeded;
    case RuleForm::task_failed:
        return facts.ends.at(rule.name) == TaskState::failed ||
               facts.ends.at(rule.name) == TaskState::canceled;
    case RuleForm::task_skipped:
        return facts.ends.at(rule.name) == TaskState::skipped;
    case RuleForm::context_value:
        break;
    }
    const bool is_there = facts.input.contains(rule.name);
    return is_value(is_there ? &facts.input.at(rule.name) : nullptr, rule.op, rule.value);
}

TriggerRule random_rule(Random& random, int depth_max)
{
    static const char* const tasks[] = {"done", "broken", "stopped", "left"};
    const auto form = static_cast<RuleForm>(random.next() % 8);
    TriggerRule rule{.form = form};
    if (form == RuleForm::context_value)
        return value_rule("n", static_cast<ValueOperator>(random.next() % 8), random.next() % 6);
    if (form >= RuleForm::task_success)
        return condition(form, tasks[random.next() % 4]);
    if (form != RuleForm::always && depth_max > 0)
        for (std::uint64_t count = random.next() % 4; count > 0; --count)
            rule.parts.push_back(random_rule(random, depth_max - 1));
    return rule;
}

TEST(TriggerRule, random_rules_hold_as_logic_says_and_tell_a_reason_when_they_do_not)
{
    const Json context = input();
    const RuleFacts facts{ends, context};
    for (std::uint64_t seed = 0; seed < 3000; ++seed) {
        SeededRandom random(seed);
        const TriggerRule rule = random_rule(random, 4);
        const RuleVerdict verdict = judge(rule, facts);
        EXPECT_EQ(verdict.holds, slowly_true(rule, facts)) << "seed " << seed;
        EXPECT_EQ(verdict.reason.empty(), verdict.holds) << "seed " << seed;
    }
}

} // namespace
} // namespace sluice::trigger_rule_test
