// SPDX-License-Identifier: Apache-2.0
#include "model/task/task_references.h"

#include "model/task/task_request.h"

#include <gtest/gtest.h>

namespace sluice::task_references_test {

namespace {

using Texts = std::vector<std::string>;

const std::string id = "018f3b6e-0000-7000-8000-000000000000";
const std::string ref = R"({"ref": ")" + id + R"("})";

Texts paths(const std::vector<Reference>& references)
{
    Texts found;
    for (const Reference& reference : references) {
        EXPECT_EQ(reference.id, id);
        EXPECT_EQ((*reference.place)["ref"], id);
        found.push_back(reference.path);
    }
    return found;
}

TEST(References, are_found_wherever_an_action_may_stand)
{
    const std::string when = R"({"kind": "Webhook", "when": [{"then": "success"}, {"then": )" +
                             ref + R"(}, {"then": [{}, )" + ref + "]}]}";
    const std::string single = R"({"when": {"then": {"when": {"then": )" + ref + "}}}}";
    Json body = parse_json(
                    "[1, {\"on_start\": " + ref + "}, {\"on_start\": " + when +
                    ", \"on_success\": [{}, " + ref + "], \"on_failure\": [" + single +
                    "], \"on_cancel\": [" + ref + "], \"other\": " + ref + "}]"
    )
                    .value();
    EXPECT_EQ(
        paths(action_references(body)),
        (Texts{
            "tasks[1].on_start.ref", "tasks[2].on_start.when[1].then.ref",
            "tasks[2].on_start.when[2].then[1].ref", "tasks[2].on_success[1].ref",
            "tasks[2].on_failure[0].when.then.when.then.ref", "tasks[2].on_cancel[0].ref"})
    );
}

TEST(References, are_found_among_rules)
{
    Json body = parse_json("[{\"rules\": [{\"type\": \"Capacity\"}, " + ref + "]}, {\"rules\": 7}]")
                    .value();
    EXPECT_EQ(paths(rule_references(body)), Texts{"tasks[0].rules[1].ref"});
}

TEST(References, that_are_none_are_passed_over)
{
    for (const std::string& text :
         {std::string("{}"), std::string("null"), std::string(R"([{"on_start": {"ref": "x"}}])"),
          std::string(R"([{"on_start": {"ref": 7}}])"), std::string(R"([{"on_start": null}])"),
          R"([{"on_start": {"kind": "Webhook", "ref": ")" + id + R"("}}])"}) {
        Json body = parse_json(text).value();
        EXPECT_TRUE(action_references(body).empty()) << text;
        EXPECT_TRUE(rule_references(body).empty()) << text;
    }
}

TEST(StoredRules, ask_of_a_task_what_its_own_rules_would)
{
    TaskRule rule;
    rule.type = TaskRule::Type::capacity;
    rule.matcher.fields = {"customer"};
    const std::map<std::string, TaskRule> stored{{id, rule}};
    TaskRule named;
    named.stored = id;
    TaskRequest task;
    task.rules = {TaskRule(), named};
    Texts problems;
    for (const Problem& problem : check_stored_rules({TaskRequest(), task}, stored))
        problems.push_back(format_problem(problem));
    EXPECT_EQ(
        problems,
        (Texts{
            "tasks[1].rules[1].ref: the task's metadata has no member 'customer', which the stored "
            "rule looks at",
            "tasks[1].expected_count: is required by a stored Capacity rule"})
    );
    task.metadata = Json{{"customer", 7}};
    task.expected_count = 1;
    EXPECT_TRUE(check_stored_rules({task}, stored).empty());
}

} // namespace
} // namespace sluice::task_references_test
