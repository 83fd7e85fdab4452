// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/action.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sluice::webhook_fields_test {
namespace {

using Lines = std::vector<std::string>;

Json document(std::string_view text)
{
    return parse_json(text).value();
}

Lines problems_in(const Json& json, const ActionRules& rules = {})
{
    Lines lines;
    if (const Checked<Action> action = read_action(json, rules); !action)
        for (const Problem& problem : action.error())
            lines.push_back(format_problem(problem));
    return lines;
}

// A good action with one member of `params` replaced.
Json with_param(std::string_view name, Json value)
{
    Json json = document(R"({"kind": "Webhook", "params": {"url": "http://h/", "verb": "Post"}})");
    json["params"][std::string(name)] = std::move(value);
    return json;
}

TEST(WebhookFields, the_syntax_of_the_url_is_judged_by_who_knows_it)
{
    ActionRules rules;
    std::string seen;
    rules.check_url = [&seen](std::string_view url) -> std::optional<std::string> {
        seen = url;
        return url.starts_with("http") ? std::nullopt : std::optional<std::string>("is not http");
    };
    EXPECT_EQ(problems_in(with_param("url", "http://h/{{attempt}}"), rules), Lines());
    EXPECT_EQ(seen, "http://h/x");
    EXPECT_EQ(
        problems_in(with_param("url", "ftp://h/"), rules), Lines({"params: url: is not http"})
    );
}

TEST(WebhookFields, templates_are_checked_with_the_metadata_when_they_are_known)
{
    const Json json = document(R"({"kind": "Webhook", "params": {
        "url": "http://h/{{metadata.a}}", "verb": "Post", "body": ["{{metadata.b}}"],
        "headers": {"X-C": "{{metadata.c}}"}}})");
    const Json all = document(R"({"a": 1, "b": 1, "c": 1})");
    const Json none;
    const Lines expected{
        "params: url: {{metadata.a}}: the metadata have no 'a' there",
        "params: body: {{metadata.b}}: the metadata have no 'b' there",
        "params: headers.X-C: {{metadata.c}}: the metadata have no 'c' there"};
    EXPECT_EQ(problems_in(json, {.metadata = nullptr}), Lines());
    EXPECT_EQ(problems_in(json, {.metadata = &all}), Lines());
    EXPECT_EQ(problems_in(json, {.metadata = &none}), expected);
}

TEST(WebhookFields, templates_of_a_stored_action_are_checked_when_a_task_names_it)
{
    const Action action = read_action(
                              document(R"({"kind": "Webhook",
        "params": {"url": "http://h/{{metadata.a}}", "verb": "Post", "body": ["{{metadata.b}}"],
                   "headers": {"X-C": "{{metadata.c}}"}},
        "when": {"when": {"status": 200}, "then": {"kind": "Webhook", "params": {
            "url": "http://h/{{metadata.d}}", "verb": "Get"}}}})"),
                              {}
    )
                              .value();
    const std::string why = "}}: the metadata have no '";
    EXPECT_EQ(
        check_templates(action, Json()),
        Lines({
            "url: {{metadata.a" + why + "a' there",
            "body: {{metadata.b" + why + "b' there",
            "headers.X-C: {{metadata.c" + why + "c' there",
            "when[0].then[0]: url: {{metadata.d" + why + "d' there",
        })
    );
    EXPECT_EQ(check_templates(action, document(R"({"a": 1, "b": 1, "c": 1, "d": 1})")), Lines());
}

TEST(WebhookFields, templates_that_cannot_be_read_are_refused)
{
    EXPECT_EQ(problems_in(with_param("url", "http://{{task.id}}/")).size(), 1u);
    EXPECT_EQ(problems_in(with_param("body", document(R"({"a": ["{{x}}", "{{"]})"))).size(), 2u);
    EXPECT_EQ(problems_in(with_param("headers", document(R"({"A": "{{x}}"})"))).size(), 1u);
}

TEST(WebhookFields, sizes_are_limited)
{
    const std::string base = "http://h/";
    EXPECT_EQ(problems_in(with_param("url", base + std::string(8192 - 9, 'x'))), Lines());
    EXPECT_EQ(
        problems_in(with_param("url", base + std::string(8193 - 9, 'x'))),
        Lines({"params: url: must be at most 8192 bytes long, not 8193"})
    );
    EXPECT_EQ(problems_in(with_param("body", std::string((1 << 20) - 2, 'x'))), Lines());
    EXPECT_EQ(
        problems_in(with_param("body", std::string((1 << 20) - 1, 'x'))),
        Lines({"params: body: must be at most 1048576 bytes long, not 1048577"})
    );

    const auto with_header = [](const std::string& name, const std::string& value) {
        return problems_in(with_param("headers", Json{{name, value}}));
    };
    EXPECT_EQ(with_header(std::string(256, 'n'), std::string(8192, 'v')), Lines());
    EXPECT_EQ(
        with_header(std::string(257, 'n'), ""),
        Lines({"params: headers: a name must be at most 256 bytes long, not 257"})
    );
    EXPECT_EQ(
        with_header("N", std::string(8193, 'v')),
        Lines({"params: headers.N: must be at most 8192 bytes long, not 8193"})
    );

    Json headers = Json::object();
    for (int i = 0; i < 64; ++i)
        headers[fmt::format("H{}", i)] = "v";
    EXPECT_EQ(problems_in(with_param("headers", headers)), Lines());
    headers["H64"] = "v";
    EXPECT_EQ(
        problems_in(with_param("headers", headers)),
        Lines({"params: headers: must not hold more than 64 headers"})
    );
}

} // namespace
} // namespace sluice::webhook_fields_test
