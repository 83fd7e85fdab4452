// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/action.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sluice::action_test {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

constexpr std::string_view full = R"({
  "kind": "Webhook",
  "params": {
    "url": "https://example.com/start?x=1",
    "verb": "Put",
    "body": {"z": [1, "{{metadata.name}}"], "a": null},
    "headers": {"X-B": "1", "Authorization": "Bearer s", "x-b": "2"}
  },
  "retry": {"max_retries": 5, "initial_delay_secs": 0.25, "backoff_multiplier": 1.5,
            "max_delay_secs": 60, "jitter": false, "retry_on": ["timeout", "webhook_failure"]},
  "timeout": 30,
  "when": [{"when": {"status": [200, 202], "pointer": "/state", "equals": "done"},
            "then": "success"}]
})";

constexpr std::string_view small =
    R"({"kind": "Webhook", "params": {"url": "http://h/", "verb": "Post"}})";

Json document(std::string_view text)
{
    return parse_json(text).value();
}

Action read(std::string_view text)
{
    const Checked<Action> action = read_action(document(text), {});
    EXPECT_TRUE(action) << text << ": " << to_error(action.error()).detail;
    return action ? *action : Action();
}

Lines problems_in(const Json& json, const ActionRules& rules = {})
{
    Lines lines;
    if (const Checked<Action> action = read_action(json, rules); !action)
        for (const Problem& problem : action.error())
            lines.push_back(format_problem(problem));
    return lines;
}

Lines problems_of(std::string_view text, const ActionRules& rules = {})
{
    return problems_in(document(text), rules);
}

// The small action with a member of `params` replaced.
Json with_param(std::string_view name, Json value)
{
    Json json = document(small);
    json["params"][std::string(name)] = std::move(value);
    return json;
}

TEST(Action, is_read_with_all_its_members)
{
    const Action action = read(full);
    EXPECT_EQ(action.kind, ActionType::webhook);
    EXPECT_EQ(action.params.url, "https://example.com/start?x=1");
    EXPECT_EQ(action.params.verb, Verb::put);
    EXPECT_EQ(dump_json(*action.params.body), R"({"z":[1,"{{metadata.name}}"],"a":null})");
    EXPECT_EQ(
        action.params.headers,
        (std::vector<HeaderLine>{{"X-B", "1"}, {"Authorization", "Bearer s"}, {"x-b", "2"}})
    );
    EXPECT_EQ(
        action.retry, (DeliveryRetry{
                          .retries_max = 5,
                          .delay_initial = 250ms,
                          .multiplier = 1.5,
                          .delay_max = 60s,
                          .jitter = false,
                          .on = 6})
    );
    EXPECT_EQ(action.timeout, 30s);
    ASSERT_EQ(action.when.size(), 1u);
    EXPECT_EQ(action.when[0].outcome, TaskState::succeeded);
    EXPECT_FALSE(action.ref);
}

TEST(Action, needs_a_kind_a_url_and_a_verb_only)
{
    const Action action = read(small);
    EXPECT_EQ(action.params, (Webhook{.url = "http://h/", .verb = Verb::post}));
    EXPECT_FALSE(action.retry || action.timeout || action.params.body);
    EXPECT_EQ(problems_of("{}"), Lines({"kind: is required", "params: is required"}));
    EXPECT_EQ(
        problems_of(R"({"kind": "Webhook", "params": {}})"),
        Lines({"params: url: is required", "params: verb: is required"})
    );
}

TEST(Action, members_that_are_null_are_absent)
{
    EXPECT_EQ(
        read(R"({"kind": "Webhook", "params": {"url": "http://h/", "verb": "Post", "body": null,
                 "headers": null}, "retry": null, "timeout": null, "when": null, "ref": null})"),
        read(small)
    );
}

TEST(Action, members_that_nobody_knows_are_ignored)
{
    EXPECT_EQ(
        read(R"({"kind": "Webhook", "x": 1, "params": {"url": "http://h/", "verb": "Post",
                 "timeout": "no"}, "trigger": []})"),
        read(small)
    );
}

TEST(Action, words_are_case_exact)
{
    const std::pair<const char*, std::string_view> verbs[] = {
        {"Get", "GET"}, {"Post", "POST"}, {"Put", "PUT"}, {"Patch", "PATCH"}, {"Delete", "DELETE"}};
    for (const auto& [word, method] : verbs) {
        const Checked<Action> action = read_action(with_param("verb", word), {});
        ASSERT_TRUE(action) << word;
        EXPECT_EQ(http_method(action->params.verb), method);
    }
    for (const char* word : {"POST", "post", "Head", "", " Post"})
        EXPECT_EQ(
            problems_in(with_param("verb", word)),
            Lines({fmt::format(
                "params: verb: must be one of Get, Post, Put, Patch, Delete, not the text '{}'",
                word
            )})
        );
    EXPECT_EQ(
        problems_of(R"({"kind": "webhook", "params": {"url": "http://h/", "verb": "Get"}})"),
        Lines({"kind: must be one of Webhook, not the text 'webhook'"})
    );
}

TEST(Action, every_problem_is_told_at_once_and_those_of_the_request_at_params)
{
    EXPECT_EQ(
        problems_of(R"({"kind": 1, "params": {"url": "", "verb": 2, "headers": {"a b": "x",
            "X-N": 3, "X-L": "a\nb"}}, "retry": {"max_retries": -1, "initial_delay_secs": "1",
            "backoff_multiplier": 0.5, "max_delay_secs": 86401, "jitter": 1,
            "retry_on": ["explicit"]}, "timeout": 0, "when": [3]})"),
        Lines({
            "kind: must be one of Webhook, not the number 1",
            "params: url: must not be empty",
            "params: verb: must be one of Get, Post, Put, Patch, Delete, not the number 2",
            "params: headers[\"a b\"]: the name of a header is made of letters, digits and "
            "!#$%&'*+-.^_`|~ only",
            "params: headers.X-N: must be text, not the number 3",
            "params: headers.X-L: must not contain line breaks or other control characters",
            "retry.max_retries: must be a whole number from 0 to 100, not the number -1",
            "retry.initial_delay_secs: must be a number of seconds from 0 to 86400, not the text "
            "'1'",
            "retry.backoff_multiplier: must be a number from 1 to 100, not the number 0.5",
            "retry.max_delay_secs: must be a number of seconds from 0 to 86400, not the number "
            "86401",
            "retry.jitter: must be true or false, not the number 1",
            "retry.retry_on[0]: must be one of timeout, webhook_failure, not the text 'explicit'",
            "timeout: must be a whole number from 1 to 300, not the number 0",
            "when[0]: must be an object, not the number 3",
        })
    );
}

TEST(Action, wrong_types_are_problems)
{
    EXPECT_EQ(problems_of("[]"), Lines({"must be an object, not a list"}));
    EXPECT_EQ(
        problems_of(R"({"kind": "Webhook", "params": "x", "retry": [], "timeout": "10"})"),
        Lines({
            "params: must be an object, not the text 'x'",
            "retry: must be an object, not a list",
            "timeout: must be a whole number from 1 to 300, not the text '10'",
        })
    );
    EXPECT_EQ(
        problems_in(with_param("headers", Json::array())),
        Lines({"params: headers: must be an object, not a list"})
    );
    EXPECT_EQ(
        problems_in(with_param("url", 1)), Lines({"params: url: must be text, not the number 1"})
    );
}

TEST(Action, problems_stand_where_the_action_stands)
{
    Problems problems;
    const Path root;
    const Path tasks(root, "tasks");
    const Path task(tasks, 3);
    const Path list(task, "on_success");
    const Path place(list, 1);
    Action action;
    const Json json = document(R"({"kind": "Webhook", "params": {"url": 1, "verb": "Get"}})");
    read_action(Value{json, place, problems}, action, {});
    EXPECT_EQ(problems.take().at(0).path, "tasks[3].on_success[1].params");
}

TEST(Action, may_name_a_stored_one_instead)
{
    const Action action = read(R"({"ref": "0198C5A8-7d4e-7000-8000-00000000000a", "x": 1})");
    EXPECT_EQ(action.ref, "0198c5a8-7d4e-7000-8000-00000000000a");
    EXPECT_EQ(problems_of(R"({"ref": "7"})"), Lines({"ref: '7' is not a UUID"}));
    EXPECT_EQ(problems_of(R"({"ref": 7})"), Lines({"ref: must be text, not the number 7"}));
}

TEST(Action, that_names_a_stored_one_says_nothing_else)
{
    Json json = document(full);
    json["ref"] = "0198c5a8-7d4e-7000-8000-00000000000a";
    const std::string why = ": must not stand beside 'ref', which is a whole action";
    EXPECT_EQ(
        problems_in(json),
        Lines({"kind" + why, "params" + why, "retry" + why, "timeout" + why, "when" + why})
    );
}

} // namespace
} // namespace sluice::action_test
