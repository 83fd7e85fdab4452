// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/action.h"

#include "model/schema_testing.h"

#include <gtest/gtest.h>

#include <set>

namespace sluice::action_schema_test {
namespace {

using testing::each_property;

TEST(ActionSchema, every_property_explains_itself)
{
    std::set<std::string> paths;
    const Json schema = action_schema("#/$defs/action");
    each_property(schema, "", [&](const std::string& path, const Json& property) {
        paths.insert(path);
        EXPECT_FALSE(property.value("title", "").empty()) << path;
        EXPECT_TRUE(property.value("description", "").ends_with('.')) << path;
        EXPECT_FALSE(property.value("examples", Json::array()).empty()) << path;
    });
    EXPECT_EQ(paths.size(), 24u);
    for (const char* path :
         {"/kind", "/params/url", "/params/headers", "/retry/retry_on", "/when/when/pointer",
          "/when/then", "/ref"})
        EXPECT_TRUE(paths.contains(path)) << path;
}

TEST(ActionSchema, allows_members_that_nobody_knows)
{
    const Json schema = action_schema("#/$defs/action");
    EXPECT_FALSE(schema["anyOf"][0].contains("additionalProperties"));
    EXPECT_FALSE(schema["anyOf"][0]["properties"]["params"].contains("additionalProperties"));
}

TEST(ActionSchema, refers_to_where_it_stands)
{
    const std::string text = dump_json(action_schema("#/components/schemas/Action"));
    EXPECT_NE(text.find(R"("$ref":"#/components/schemas/Action")"), std::string::npos);
    EXPECT_EQ(text.find("$defs"), std::string::npos);
}

// Each example of the properties of `schema`, in a good action at the place that `put` says.
template <class Put>
void expect_good_examples(const Json& schema, const Put& put)
{
    ASSERT_FALSE(schema["properties"].empty());
    for (const auto& [key, property] : schema["properties"].items())
        for (const Json& example : property["examples"]) {
            Json action =
                parse_json(R"({"kind": "Webhook", "params": {"url": "http://h/", "verb": "Get"}})")
                    .value();
            put(action)[key] = example;
            EXPECT_TRUE(read_action(action, {})) << key << " " << dump_json(example);
        }
}

TEST(ActionSchema, has_examples_that_the_reader_accepts)
{
    const Json schema = action_schema("#/$defs/action")["anyOf"][0];
    const Json& properties = schema["properties"];
    expect_good_examples(schema, [](Json& action) -> Json& { return action; });
    expect_good_examples(properties["params"], [](Json& action) -> Json& {
        return action["params"];
    });
    expect_good_examples(properties["retry"], [](Json& action) -> Json& {
        return action["retry"];
    });
}

} // namespace
} // namespace sluice::action_schema_test
