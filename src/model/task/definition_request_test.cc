// SPDX-License-Identifier: Apache-2.0
#include "model/task/definition_request.h"

#include <gtest/gtest.h>

namespace sluice::definition_request_test {

namespace {

using Texts = std::vector<std::string>;

Json json(std::string_view text)
{
    return parse_json(text).value();
}

template <class T>
Texts texts(const Checked<T>& read)
{
    Texts found;
    if (!read)
        for (const Problem& problem : read.error())
            found.push_back(format_problem(problem));
    return found;
}

Texts rule_problems(std::string_view body)
{
    return texts(read_rule_definition(json(body)));
}

Texts action_problems(std::string_view body)
{
    return texts(read_action_definition(json(body), ActionRules()));
}

TEST(RuleDefinition, keeps_the_members_of_the_rule_as_they_were_sent)
{
    const auto read = read_rule_definition(json(
        R"({"x": 1, "max_concurency": 3, "type": "Concurency", "name": "n", "max_capacity": 5,
            "matcher": {"fields": [], "kind": "k", "status": "Running", "y": 1}})"
    ));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->name, "n");
    EXPECT_EQ(read->rule.maximum, 3);
    EXPECT_EQ(
        dump_json(read->document), R"({"max_concurency":3,"type":"Concurency",)"
                                   R"("matcher":{"fields":[],"kind":"k","status":"Running","y":1}})"
    );
}

TEST(RuleDefinition, tells_every_problem)
{
    EXPECT_EQ(
        rule_problems(R"({"name": " ", "type": "Capacity", "max_capacity": 0})"),
        (Texts{
            "name: must not be blank",
            "max_capacity: must be a whole number of at least 1, not the number 0",
            "matcher: is required"})
    );
    EXPECT_EQ(rule_problems("[]"), (Texts{"must be an object, not a list"}));
}

TEST(RuleDefinition, refers_to_nothing_that_is_stored)
{
    EXPECT_EQ(
        rule_problems(R"({"ref": "018f3b6e-0000-7000-8000-000000000000"})"),
        Texts{"ref: must not stand in what is stored itself"}
    );
}

TEST(ActionDefinition, keeps_the_members_of_the_action_as_they_were_sent)
{
    const auto read = read_action_definition(
        json(R"({"params": {"verb": "Post", "url": "http://h/"}, "kind": "Webhook", "name": null,
                 "timeout": 3, "retry": null, "x": 1})"),
        ActionRules()
    );
    ASSERT_TRUE(read);
    EXPECT_EQ(read->name, std::nullopt);
    EXPECT_EQ(
        dump_json(read->document),
        R"({"params":{"verb":"Post","url":"http://h/"},"kind":"Webhook","timeout":3})"
    );
}

TEST(ActionDefinition, refers_to_nothing_that_is_stored)
{
    const std::string ref = R"({"ref": "018f3b6e-0000-7000-8000-000000000000"})";
    EXPECT_EQ(action_problems(ref), Texts{"ref: must not stand in what is stored itself"});
    EXPECT_EQ(
        action_problems(
            R"({"kind": "Webhook", "params": {"url": "http://h/", "verb": "Post"},
                "when": [{"when": {"status": 200}, "then": )" +
            ref + R"(}, {"when": {"status": 201}, "then": [)" + ref + "]}]}"
        ),
        (Texts{
            "when[0].then.ref: must not stand in what is stored itself",
            "when[1].then[0].ref: must not stand in what is stored itself"})
    );
}

TEST(DefinitionKey, is_the_same_for_documents_that_say_the_same)
{
    const std::string key = definition_key(json(R"({"a": 1, "b": [1]})"));
    EXPECT_EQ(key.size(), 32u);
    EXPECT_EQ(definition_key(json(R"({"b": [1.0], "a": 1})")), key);
    EXPECT_NE(definition_key(json(R"({"a": 1, "b": [2]})")), key);
}

TEST(DefinitionSchemas, accept_what_is_read)
{
    EXPECT_EQ(rule_definition_schema()["allOf"][0]["oneOf"].size(), 2u) << "no reference";
    EXPECT_EQ(action_definition_schema("#/a")["allOf"][0]["$ref"], "#/a");
}

} // namespace
} // namespace sluice::definition_request_test
