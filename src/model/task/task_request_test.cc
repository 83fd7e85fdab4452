// SPDX-License-Identifier: Apache-2.0
#include "model/task/task_request.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace sluice::task_request_test {

namespace {

using Texts = std::vector<std::string>;

Json json(std::string_view text)
{
    return parse_json(text).value();
}

// A good task with some members set or, by null, absent.
Json task(std::string_view changes = "{}")
{
    Json task = json(R"({
        "id": "a", "name": "A", "kind": "k",
        "on_start": {"kind": "Webhook", "params": {"url": "http://h/", "verb": "Post"}}
    })");
    const Json changed = json(changes);
    for (const auto& [key, value] : changed.items())
        task[key] = value;
    return task;
}

Json list(std::initializer_list<Json> tasks)
{
    Json body = Json::array();
    for (const Json& one : tasks)
        body.push_back(one);
    return body;
}

Texts problems_of(const Json& body)
{
    const Checked<std::vector<TaskRequest>> read = read_task_requests(body, ActionRules());
    Texts texts;
    if (!read)
        for (const Problem& problem : read.error())
            texts.push_back(format_problem(problem));
    return texts;
}

TaskRequest good(const Json& document)
{
    const Json body = list({document});
    Checked<std::vector<TaskRequest>> read = read_task_requests(body, ActionRules());
    EXPECT_TRUE(read) << fmt::format("{}", fmt::join(problems_of(body), "\n"));
    return read ? read->at(0) : TaskRequest();
}

// The only problem of a task with these changes.
std::string problem(std::string_view changes)
{
    const Texts problems = problems_of(list({task(changes)}));
    EXPECT_EQ(problems.size(), 1u) << changes << fmt::format(" {}", fmt::join(problems, "\n"));
    return problems.empty() ? "" : problems.front();
}

TEST(TaskRequest, what_is_left_out_has_its_default)
{
    const TaskRequest read = good(task());

    EXPECT_EQ(read.timeout, std::chrono::seconds(60));
    EXPECT_EQ(read.priority, 0);
    EXPECT_TRUE(read.metadata.is_null());
    EXPECT_FALSE(
        read.expected_count || read.group || read.scheduled_at || read.delay || read.retry
    );
    EXPECT_FALSE(read.dead_end_barrier || read.preemptible || read.preempts);
    EXPECT_TRUE(read.rules.empty() && read.dependencies.empty() && read.dedupe.empty());
}

TEST(TaskRequest, null_is_the_same_as_nothing)
{
    const TaskRequest read = good(task(R"({
        "timeout": null, "metadata": null, "rules": null, "expected_count": null, "group_id": null,
        "priority": null, "scheduled_at": null, "delay": null, "retry": null, "on_success": null,
        "dependencies": null, "dedupe_strategy": null, "dead_end_barrier": null
    })"));

    EXPECT_EQ(read.timeout, std::chrono::seconds(60));
    EXPECT_TRUE(read.on_success.empty());
}

TEST(TaskRequest, members_that_nobody_knows_are_ignored)
{
    EXPECT_TRUE(problems_of(list({task(R"({"colour": "red", "retries": [1]})")})).empty());
}

TEST(TaskRequest, everything_that_is_said_is_read)
{
    const TaskRequest read = good(task(R"({
        "timeout": 86400, "metadata": {"c": 1}, "expected_count": 9, "group_id": "g",
        "priority": -1000, "scheduled_at": "2026-01-31T12:00:00+01:00", "dead_end_barrier": true,
        "preemptible": true, "preempts": true, "requester": "me",
        "retry": {"max_retries": 3, "retry_on": ["timeout"]},
        "rules": [{"type": "Concurency", "max_concurency": 2,
                   "matcher": {"status": "Running", "kind": "k", "fields": ["c"]}},
                  {"type": "Capacity", "max_capacity": 5,
                   "matcher": {"status": "Running", "kind": "k", "fields": []}}],
        "dedupe_strategy": [{"status": "Pending", "kind": "k", "fields": ["other"]}]
    })"));

    EXPECT_EQ(read.timeout, std::chrono::seconds(86400));
    EXPECT_EQ(read.expected_count, 9);
    EXPECT_EQ(read.group, "g");
    EXPECT_EQ(read.priority, -1000);
    EXPECT_EQ(format_time(read.scheduled_at.value()), "2026-01-31T11:00:00.000000Z");
    EXPECT_TRUE(read.dead_end_barrier && read.preemptible && read.preempts);
    EXPECT_EQ(read.retry->tries_max, 4);
    EXPECT_EQ(read.retry->on, static_cast<std::uint8_t>(FailureKind::timeout));
    EXPECT_EQ(read.retry->delay_initial, std::chrono::seconds(5));
    EXPECT_EQ(
        read.rules.at(0),
        (TaskRule{TaskRule::Type::concurrency, 2, {TaskState::running, "k", {"c"}}, std::nullopt})
    );
    EXPECT_EQ(read.rules.at(1).type, TaskRule::Type::capacity);
    EXPECT_EQ(read.rules.at(1).maximum, 5);
    EXPECT_EQ(read.dedupe.at(0).status, TaskState::pending) << "a field may be missing there";
}

TEST(TaskRequest, retry_has_defaults)
{
    EXPECT_EQ(
        good(task(R"({"retry": {"max_retries": 1}})")).retry,
        (Retry{
            .tries_max = 2,
            .delay_initial = std::chrono::seconds(5),
            .multiplier = 2.0,
            .delay_max = std::chrono::seconds(300),
            .jitter = true,
            .on = 7})
    );
}

TEST(TaskRequest, what_must_be_said_is_missed)
{
    EXPECT_EQ(
        problems_of(json("[{}]")),
        (Texts{
            "tasks[0].id: is required", "tasks[0].name: is required", "tasks[0].kind: is required",
            "tasks[0].on_start: is required"})
    );
}

TEST(TaskRequest, all_problems_of_all_tasks_come_at_once)
{
    const Json second = task(R"({"id": "b", "name": " ", "priority": 1001})");
    const Json third = task(R"({"id": "c", "kind": ""})");
    EXPECT_EQ(
        problems_of(list({task(), second, third})),
        (Texts{
            "tasks[1].name: must not be blank",
            "tasks[1].priority: must be a whole number from -1000 to 1000, not the number 1001",
            "tasks[2].kind: must not be blank"})
    );
}

TEST(TaskRequest, the_body_is_a_list_of_objects)
{
    EXPECT_EQ(problems_of(json("{}")), Texts{"must be a list of tasks, not an object"});
    EXPECT_EQ(problems_of(json("[3]")).front(), "tasks[0]: must be an object, not the number 3");
    EXPECT_TRUE(problems_of(json("[]")).empty());
}

TEST(TaskRequest, sizes_are_counted_in_bytes_and_limits_are_accepted)
{
    const auto named = [](std::string_view member, std::size_t size) {
        return problems_of(list({task(fmt::format(R"({{"{}": "{:x^{}}"}})", member, "", size))}));
    };
    EXPECT_TRUE(named("name", 255).empty());
    EXPECT_EQ(named("name", 256), Texts{"tasks[0].name: has 256 bytes, at most 255 are accepted"});
    EXPECT_TRUE(named("kind", 100).empty());
    EXPECT_EQ(named("kind", 101), Texts{"tasks[0].kind: has 101 bytes, at most 100 are accepted"});
    EXPECT_TRUE(named("metadata", 65'534).empty()) << "and two quotes";
    EXPECT_EQ(
        named("metadata", 65'535),
        Texts{"tasks[0].metadata: has 65537 bytes, at most 65536 are accepted"}
    );
}

TEST(TaskRequest, numbers_out_of_range_are_refused)
{
    EXPECT_EQ(
        problem(R"({"timeout": 0})"),
        "tasks[0].timeout: must be a whole number from 1 to 86400, not the number 0"
    );
    EXPECT_EQ(
        problem(R"({"expected_count": -1})"),
        "tasks[0].expected_count: must be a whole number of at least 0, not the number -1"
    );
    EXPECT_EQ(
        problem(R"({"retry": {"max_retries": 0}})"),
        "tasks[0].retry.max_retries: must be a whole number from 1 to 100, not the number 0"
    );
    EXPECT_EQ(problem(R"({"retry": {}})"), "tasks[0].retry.max_retries: is required");
}

TEST(TaskRequest, wrong_types_are_refused)
{
    EXPECT_EQ(problem(R"({"name": 3})"), "tasks[0].name: must be text, not the number 3");
    EXPECT_EQ(
        problem(R"({"dead_end_barrier": "yes"})"),
        "tasks[0].dead_end_barrier: must be true or false, not the text 'yes'"
    );
    EXPECT_EQ(problem(R"({"rules": {}})"), "tasks[0].rules: must be a list, not an object");
    EXPECT_EQ(
        problem(R"({"scheduled_at": 5})"),
        "tasks[0].scheduled_at: must be a time like '2026-01-31T12:00:00Z', not the number 5"
    );
    EXPECT_EQ(
        problem(R"({"scheduled_at": "2026-01-31T12:00:00Z", "delay": 5})"),
        "tasks[0].delay: cannot be given beside scheduled_at"
    );
}

TEST(TaskRequest, rules_say_what_they_limit)
{
    const auto rule = [](std::string_view rule) {
        return problem(fmt::format(R"({{"expected_count": 1, "rules": [{}]}})", rule));
    };
    EXPECT_EQ(
        rule(
            R"({"type": "Concurrency",
                 "matcher": {"status": "Running", "kind": "k", "fields": []}})"
        ),
        "tasks[0].rules[0].type: must be one of Concurency, Capacity, not the text 'Concurrency'"
    );
    EXPECT_EQ(
        rule(
            R"({"type": "Concurency",
                 "matcher": {"status": "Running", "kind": "k", "fields": []}})"
        ),
        "tasks[0].rules[0].max_concurency: is required"
    );
    EXPECT_EQ(
        rule(R"({"type": "Capacity", "max_capacity": 0,
                 "matcher": {"status": "Running", "kind": "k", "fields": []}})"),
        "tasks[0].rules[0].max_capacity: must be a whole number of at least 1, not the number 0"
    );
    EXPECT_EQ(
        rule(R"({"type": "Concurency", "max_concurency": 1, "matcher": {"status": "Running",
                 "fields": []}})"),
        "tasks[0].rules[0].matcher.kind: is required"
    );
    EXPECT_EQ(
        rule(R"({"type": "Capacity", "max_capacity": 1,
                 "matcher": {"status": "Pending", "kind": "k", "fields": []}})"),
        "tasks[0].rules[0].matcher.status: must be Running for a Capacity rule"
    );
    EXPECT_EQ(rule(R"({"ref": "x"})"), "tasks[0].rules[0].ref: must be a UUID, not the text 'x'");
}

TEST(TaskRequest, a_rule_needs_its_fields_and_a_capacity_rule_the_expected_count)
{
    EXPECT_EQ(
        problem(R"({"metadata": {"a": 1}, "rules": [{"type": "Concurency", "max_concurency": 1,
                    "matcher": {"status": "Running", "kind": "k", "fields": ["a", "b"]}}]})"),
        "tasks[0].rules[0].matcher.fields: the task's metadata has no member 'b'"
    );
    EXPECT_EQ(
        problem(R"({"rules": [{"type": "Capacity", "max_capacity": 1,
                    "matcher": {"status": "Running", "kind": "k", "fields": []}}]})"),
        "tasks[0].expected_count: is required by a Capacity rule"
    );
}

TEST(TaskRequest, what_rules_miss_is_told_beside_all_other_problems)
{
    EXPECT_EQ(
        problems_of(list({task(R"({"name": " ", "metadata": {"a": 1}, "rules": [
            {"type": "Capacity", "max_capacity": 0,
             "matcher": {"status": "Running", "kind": "k", "fields": ["c"]}},
            {"type": "Capacity", "max_capacity": 1,
             "matcher": {"status": "Running", "kind": "k", "fields": ["a", "b"]}}]})")})),
        (Texts{
            "tasks[0].name: must not be blank",
            "tasks[0].rules[0].max_capacity: must be a whole number of at least 1, not the "
            "number 0",
            "tasks[0].rules[1].matcher.fields: the task's metadata has no member 'b'",
            "tasks[0].expected_count: is required by a Capacity rule"})
    );
}

TEST(TaskRequest, rules_look_into_metadata_that_are_too_large_too)
{
    Json large = task(R"({"rules": [{"type": "Concurency", "max_concurency": 1,
        "matcher": {"status": "Running", "kind": "k", "fields": ["a"]}}]})");
    large["metadata"]["a"] = std::string(65'536, 'x');
    const Texts problems = problems_of(list({large}));
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_TRUE(problems[0].starts_with("tasks[0].metadata: has ")) << problems[0];
}

TEST(TaskRequest, every_white_space_of_unicode_is_blank)
{
    EXPECT_EQ(problem("{\"name\": \" \u00a0\u2003\u3000\"}"), "tasks[0].name: must not be blank");
    EXPECT_EQ(good(task("{\"name\": \"\u2003\u00e9\"}")).name, "\u2003\u00e9");
}

TEST(TaskRequest, dependencies_have_a_condition_in_two_spellings)
{
    const Json body = list(
        {task(), task(R"({"id": "b", "dependencies": [{"id": "a"}]})"),
         task(R"({"id": "c", "dependencies": [{"id": "a", "requires_success": false},
                  {"id": "b", "condition": "on_failure"},
                  {"task_id": "01890A5D-AC96-774B-BCCE-B302099A8057", "requires_success": true}]})"
         )}
    );
    const Checked<std::vector<TaskRequest>> read = read_task_requests(body, ActionRules());
    ASSERT_TRUE(read);

    EXPECT_EQ(
        read->at(1).dependencies, (std::vector{TaskDependency{"a", "", LinkCondition::on_success}})
    );
    EXPECT_EQ(
        read->at(2).dependencies,
        (std::vector{
            TaskDependency{"a", "", LinkCondition::always},
            TaskDependency{"b", "", LinkCondition::on_failure},
            TaskDependency{"", "01890a5d-ac96-774b-bcce-b302099a8057", LinkCondition::on_success}})
    );
}

TEST(TaskRequest, dependencies_that_cannot_be_are_refused)
{
    const auto second = [](std::string_view dependencies) {
        const std::string changes =
            fmt::format(R"({{"id": "b", "dependencies": {}}})", dependencies);
        const Texts problems = problems_of(list({task(), task(changes), task(R"({"id": "c"})")}));
        EXPECT_EQ(problems.size(), 1u) << fmt::format("{}", fmt::join(problems, "\n"));
        return problems.empty() ? "" : problems.front();
    };
    EXPECT_EQ(
        second(R"([{"id": "nobody"}])"),
        "tasks[1].dependencies[0].id: there is no task 'nobody' in this request"
    );
    EXPECT_EQ(
        second(R"([{"id": "b"}])"), "tasks[1].dependencies[0].id: a task cannot depend on itself"
    );
    EXPECT_EQ(
        second(R"([{"id": "c"}])"),
        "tasks[1].dependencies[0].id: task 'c' must stand before the tasks that depend on it"
    );
    EXPECT_EQ(
        second(R"([{"id": "a"}, {"id": "a"}])"), "tasks[1].dependencies[1].id: 'a' is named twice"
    );
    EXPECT_EQ(second("[{}]"), "tasks[1].dependencies[0].id: is required");
    EXPECT_EQ(
        second(R"([{"id": "a", "requires_success": true, "condition": "always"}])"),
        "tasks[1].dependencies[0].condition: says something else than requires_success"
    );
    EXPECT_EQ(
        second(R"([{"task_id": "7"}])"),
        "tasks[1].dependencies[0].task_id: must be a UUID, not the text '7'"
    );
}

TEST(TaskRequest, an_id_belongs_to_one_task)
{
    EXPECT_EQ(
        problems_of(list({task(), task()})), Texts{"tasks[1].id: 'a' is the id of two tasks"}
    );
}

TEST(TaskRequest, problems_of_actions_name_the_action)
{
    EXPECT_EQ(
        problem(
            R"({"on_success": [{"kind": "Webhook", "params": {"url": "http://h/",
                                                              "verb": "POST"}}]})"
        ),
        "tasks[0].on_success[0].params: verb: must be one of Get, Post, Put, Patch, Delete, not "
        "the "
        "text 'POST'"
    );
}

TEST(TaskRequest, a_long_chain_is_read)
{
    Json body = Json::array();
    for (int i = 0; i < 20'000; ++i) {
        Json one = task();
        one["id"] = std::to_string(i);
        if (i > 0)
            one["dependencies"] = json(fmt::format(R"([{{"id": "{}"}}])", i - 1));
        body.push_back(std::move(one));
    }
    const Checked<std::vector<TaskRequest>> read = read_task_requests(body, ActionRules());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->back().dependencies.front().local, "19998");
}

TEST(TaskRequest, the_schema_knows_every_member)
{
    const Json schema = task_request_schema();
    EXPECT_EQ(schema.at("required"), json(R"(["id", "name", "kind", "on_start"])"));
    EXPECT_EQ(schema.at("properties").size(), 22u);
    EXPECT_FALSE(schema.contains("additionalProperties"));
}

} // namespace

} // namespace sluice::task_request_test
