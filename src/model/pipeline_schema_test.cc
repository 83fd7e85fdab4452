// SPDX-License-Identifier: Apache-2.0
#include "model/pipeline_schema.h"

#include "base/text.h"
#include "model/pipeline.h"
#include "model/schema_testing.h"

#include <gtest/gtest.h>

#include <set>

namespace sluice::pipeline_schema_test {
namespace {

using testing::each_property;

template <class Visit>
void each_property(const Visit& visit)
{
    const Json schema = pipeline_schema();
    each_property(schema, "", visit);
    each_property(schema["$defs"]["input"], "/input", visit);
}

// A document with `key` at `path` (of each_property) and nothing else.
Json document_with(const std::string& path, const Json& value)
{
    const std::vector<std::string> keys = split(path.substr(1), '/');
    Json document = value;
    for (std::size_t i = keys.size(); i-- > 0;) {
        Json object = Json::object();
        object[keys[i]] = std::move(document);
        const bool in_list = i > 0 && keys[i - 1] == "secrets";
        document = in_list ? Json::array({std::move(object)}) : std::move(object);
    }
    return document;
}

std::vector<Problem> problems_of(const Json& document)
{
    Checked<Pipeline> read = read_pipeline(document);
    return read ? std::vector<Problem>() : read.error();
}

TEST(PipelineSchema, every_property_explains_itself)
{
    std::set<std::string> paths;
    each_property([&](const std::string& path, const Json& property) {
        paths.insert(path);
        EXPECT_FALSE(property.value("title", "").empty()) << path;
        EXPECT_TRUE(property.value("description", "").ends_with('.')) << path;
        EXPECT_FALSE(property.value("examples", Json::array()).empty()) << path;
    });
    EXPECT_EQ(paths.size(), 40u);
    for (const char* path :
         {"/pipeline/name", "/transform/secrets/env_var", "/input/atom/glob", "/input/cross",
          "/egress/URI", "/retry_backoff"})
        EXPECT_TRUE(paths.contains(path)) << path;
}

TEST(PipelineSchema, a_property_is_required_or_has_a_default)
{
    const auto check = [](const Json& schema, const std::string& path) {
        const Json required = schema.value("required", Json::array());
        for (const auto& [key, property] : schema["properties"].items()) {
            const bool is_required =
                std::find(required.begin(), required.end(), key) != required.end();
            EXPECT_NE(is_required, property.contains("default")) << path << "/" << key;
        }
    };
    const Json schema = pipeline_schema();
    check(schema, "");
    check(schema["$defs"]["input"], "/input");
    each_property([&](const std::string& path, const Json& property) {
        if (property.contains("properties"))
            check(property, path);
    });
}

TEST(PipelineSchema, no_object_accepts_other_keys)
{
    const Json schema = pipeline_schema();
    EXPECT_EQ(schema["additionalProperties"], false);
    EXPECT_EQ(schema["$defs"]["input"]["additionalProperties"], false);
    each_property([](const std::string& path, const Json& property) {
        if (property.contains("properties")) {
            EXPECT_EQ(property["additionalProperties"], false) << path;
        }
    });
}

// The reader knows exactly the keys of the schema: it never calls one of them unknown, and every
// name that it lists as accepted is a property.
TEST(PipelineSchema, reader_and_schema_know_the_same_keys)
{
    std::map<std::string, std::set<std::string>> keys; // by the path of their object
    each_property([&](const std::string& path, const Json&) {
        const std::size_t slash = path.rfind('/');
        keys[path.substr(0, slash)].insert(path.substr(slash + 1));
        for (const Problem& problem : problems_of(document_with(path, Json())))
            EXPECT_EQ(problem.message.find("unknown key"), std::string::npos)
                << path << ": " << format_problem(problem);
    });
    for (const auto& [object, known] : keys) {
        if (object == "/transform/secrets")
            continue; // two shapes: see below
        const Json document = document_with(object + "/zzzzzzzzzzzzzzzz", Json(1));
        std::set<std::string> accepted;
        for (const Problem& problem : problems_of(document)) {
            const std::string_view message = problem.message;
            const std::size_t at = message.find("(accepted: ");
            if (at == std::string_view::npos || !message.starts_with("unknown key"))
                continue;
            for (const std::string& word : split(message.substr(at + 11), ','))
                accepted.insert(std::string(trim(word.substr(0, word.find(')')))));
        }
        if (accepted.erase("…") == 0) {
            EXPECT_EQ(accepted, known) << object;
        }
        for (const std::string& word : accepted)
            EXPECT_TRUE(known.contains(word)) << object << "/" << word;
    }
}

TEST(PipelineSchema, examples_are_accepted_by_the_reader)
{
    each_property([](const std::string& path, const Json& property) {
        std::string dotted = join(split(path.substr(1), '/'), ".");
        for (const Json& example : property["examples"])
            for (const Problem& problem : problems_of(document_with(path, example)))
                EXPECT_NE(problem.path, dotted) << format_problem(problem);
    });
}

TEST(PipelineSchema, defaults_are_accepted_by_the_reader)
{
    each_property([](const std::string& path, const Json& property) {
        const std::string dotted = join(split(path.substr(1), '/'), ".");
        if (!property.contains("default") || path.starts_with("/input"))
            return;
        for (const Problem& problem : problems_of(document_with(path, property["default"])))
            EXPECT_NE(problem.path, dotted) << format_problem(problem);
    });
}

TEST(PipelineSchema, inputs_nest_by_reference)
{
    const Json schema = pipeline_schema();
    EXPECT_EQ(schema["properties"]["input"]["$ref"], "#/$defs/input");
    const Json& input = schema["$defs"]["input"];
    EXPECT_EQ(input["properties"]["cross"]["items"]["$ref"], "#/$defs/input");
    EXPECT_EQ(input["minProperties"], 1);
    EXPECT_EQ(input["maxProperties"], 1);
}

} // namespace
} // namespace sluice::pipeline_schema_test
