// SPDX-License-Identifier: Apache-2.0
#include "sluice/graph.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace sluice::client::graph_test {

namespace {

using namespace std::chrono_literals;

const Action start = webhook("https://w.example.com/start");

std::string body_of(const NewTask& task)
{
    Batch batch;
    batch.task(task);
    return batch.to_json().items().front().text();
}

TEST(Graph, says_only_what_was_given)
{
    EXPECT_EQ(
        body_of({.name = "a", .kind = "k", .on_start = start}),
        R"({"id":"task-1","name":"a","kind":"k","on_start":{"kind":"Webhook",)"
        R"("params":{"url":"https://w.example.com/start","verb":"Post"}}})"
    );
    EXPECT_EQ(body_of({}), R"({"id":"task-1","name":"","kind":""})");
}

TEST(Graph, says_everything_that_was_given)
{
    const Time noon = Time(1'769'860'800s) + 1us;
    const NewTask task{
        .name = "a",
        .kind = "k",
        .on_start = Stored{"s"},
        .on_success = {Stored{"x"}, Stored{"y"}},
        .on_failure = {Stored{"f"}},
        .on_cancel = {Stored{"c"}},
        .timeout = 10min,
        .retry = Retry{.max_retries = 2, .initial_delay_secs = 0.5, .retry_on = {{"timeout"}}},
        .scheduled_at = noon,
        .delay = 3s,
        .metadata = Json::object({{"customer", 7}}),
        .expected_count = 0,
        .rules =
            {Stored{"r"}, concurrency(2, {.kind = "k", .fields = {"customer"}}),
             capacity(9, {.kind = "k"})},
        .dedupe = {{.kind = "k", .status = Status::pending}},
        .priority = -1,
        .preemptible = true,
        .preempts = false,
        .dead_end_barrier = true,
        .group_id = "g",
        .requester = "me",
        .id = "own"};

    const Json expected = Json::parse(R"({"id":"own","name":"a","kind":"k","on_start":{"ref":"s"},
        "on_success":[{"ref":"x"},{"ref":"y"}],"on_failure":[{"ref":"f"}],"on_cancel":[{"ref":"c"}],
        "timeout":600,"retry":{"max_retries":2,"initial_delay_secs":0.5,"retry_on":["timeout"]},
        "scheduled_at":"2026-01-31T12:00:00.000001Z","delay":3,"metadata":{"customer":7},
        "expected_count":0,"rules":[{"ref":"r"},{"type":"Concurency","max_concurency":2,
        "matcher":{"status":"Running","kind":"k","fields":["customer"]}},{"type":"Capacity",
        "max_capacity":9,"matcher":{"status":"Running","kind":"k","fields":[]}}],
        "dedupe_strategy":[{"status":"Pending","kind":"k","fields":[]}],"priority":-1,
        "preemptible":true,"preempts":false,"dead_end_barrier":true,"group_id":"g",
        "requester":"me"})");
    EXPECT_EQ(body_of(task), expected.text());
}

TEST(Graph, names_parents_of_the_batch_and_others)
{
    Batch batch;
    const TaskDraft a = batch.task({.name = "a"});
    LightTask existing;
    existing.id = "e";

    batch.task({.name = "b", .after = {a, failed(a), always(existing), succeeded("f"), "g"}});

    EXPECT_EQ(
        batch.to_json().items()[1].at("dependencies"),
        Json::parse(R"([{"id":"task-1","condition":"on_success"},
            {"id":"task-1","condition":"on_failure"},{"task_id":"e","condition":"always"},
            {"task_id":"f","condition":"on_success"},{"task_id":"g","condition":"on_success"}])")
    );
}

TEST(Graph, makes_ids_that_nobody_has)
{
    Batch batch;
    batch.task({.id = "task-2"});
    EXPECT_EQ(batch.task({}).id(), "task-3");
    EXPECT_EQ(batch.task({}).id(), "task-4");
    EXPECT_THROW(batch.task({.id = "task-3"}), std::invalid_argument);
    EXPECT_EQ(batch.to_json().items().size(), 3u);
}

TEST(Graph, refuses_the_parent_of_another_batch_and_keeps_nothing_of_the_task)
{
    Batch one;
    Batch other;
    const TaskDraft stranger = other.task({});
    EXPECT_THROW(one.task({.after = {stranger}, .id = "a"}), std::invalid_argument);
    EXPECT_EQ(one.to_json().text(), "[]");
    EXPECT_EQ(one.task({.id = "a"}).id(), "a");
}

TEST(Webhook, says_how_it_is_sent_and_what_follows)
{
    const Action action = webhook(
        "https://w.example.com/{{task.id}}",
        {.verb = Verb::put,
         .body = Json(nullptr),
         .headers = {{"X-A", "1"}},
         .retry = Retry{.max_retries = 1, .jitter = false},
         .timeout = 5s,
         .when =
             {when(Outcome::success, {.status = {200}}),
              when(Outcome::failure, {.status = {400, 404}, .pointer = "/a", .equals = nullptr}),
              when({Stored{"s"}}, {.pointer = "/n", .greater = 1.5})}}
    );

    EXPECT_EQ(
        action.to_json(),
        Json::parse(R"({"kind":"Webhook","params":{"url":"https://w.example.com/{{task.id}}",
            "verb":"Put","body":null,"headers":{"X-A":"1"}},
            "retry":{"max_retries":1,"jitter":false},"timeout":5,
            "when":[{"when":{"status":200},"then":"success"},
                    {"when":{"status":[400,404],"pointer":"/a","equals":null},"then":"failure"},
                    {"when":{"pointer":"/n","greater":1.5},"then":[{"ref":"s"}]}]})")
    );
}

} // namespace

} // namespace sluice::client::graph_test
