// SPDX-License-Identifier: Apache-2.0
#include "tasks/batch_plan.h"

#include <gtest/gtest.h>

namespace sluice::batch_plan_test {
namespace {

using namespace std::chrono_literals;

constexpr Time now = from_micros(1'700'000'000'000'000);

Json action(std::string url)
{
    Json params = Json::object();
    params["url"] = std::move(url);
    params["verb"] = "Post";
    return Json{{"kind", "Webhook"}, {"params", std::move(params)}};
}

Json task(std::string id, std::string url = "https://example.com/start")
{
    Json document = Json::object();
    document["id"] = id;
    document["name"] = "task " + id;
    document["kind"] = "build";
    document["on_start"] = action(std::move(url));
    return document;
}

Checked<Submit> plan(const Json& body, const std::string& requester = "")
{
    return plan_batch(read_task_requests(body, {}).value(), requester, now);
}

TEST(BatchPlan, gives_each_target_a_queue)
{
    const Submit batch = plan(Json::array(
                                  {task("a"), task("b", "http://Example.com./x"),
                                   task("c", "https://example.com:443/{{ task.id }}?z")}
                              ))
                             .value();

    EXPECT_EQ(
        batch.run.queues,
        (std::vector<std::string>{"webhook/example.com:443", "webhook/example.com:80"})
    );
    EXPECT_EQ(batch.tasks[0].queue, 0u);
    EXPECT_EQ(batch.tasks[1].queue, 1u);
    EXPECT_EQ(batch.tasks[2].queue, 0u);
    EXPECT_EQ(batch.run.kind, RunKind::batch);
}

TEST(BatchPlan, links_children_to_the_tasks_that_they_name)
{
    Json child = task("c");
    child["dependencies"] =
        Json::array({Json{{"id", "a"}}, Json{{"id", "b"}, {"condition", "on_failure"}}});
    const Submit batch = plan(Json::array({task("a"), task("b"), child})).value();

    ASSERT_EQ(batch.links.size(), 2u);
    EXPECT_EQ(batch.links[0].parent, 0u);
    EXPECT_EQ(batch.links[0].unmet, Unmet::fail);
    EXPECT_EQ(batch.links[1].child, 2u);
    EXPECT_EQ(batch.links[1].condition, LinkCondition::on_failure);
    EXPECT_EQ(batch.links[1].unmet, Unmet::skip);
}

TEST(BatchPlan, keeps_on_the_card_what_lists_show)
{
    Json one = task("a");
    one["metadata"] = Json{{"b", 1}};
    one["expected_count"] = 7;
    one["group_id"] = "g";
    one["delay"] = 60;
    one["priority"] = 5;
    one["timeout"] = 30;
    one["preempts"] = true;
    one["on_failure"] = Json::array({action("https://a/"), action("https://b/")});
    const Submit batch = plan(Json::array({one}), "ada").value();
    const NewTask& planned = batch.tasks.at(0);

    EXPECT_EQ(planned.card->kind, "build");
    EXPECT_EQ(planned.card->name, "task a");
    EXPECT_EQ(planned.card->metadata, R"({"b":1})");
    EXPECT_EQ(planned.card->expected_count, 7);
    EXPECT_EQ(planned.card->group, "g");
    EXPECT_EQ(planned.card->requester, "ada");
    EXPECT_EQ(planned.card->flags, CardRow::preempts);
    EXPECT_EQ(planned.card->failure_actions, 2);
    EXPECT_EQ(planned.card->success_actions, 0);
    EXPECT_EQ(planned.card->scheduled_at, now + 60s);
    EXPECT_EQ(planned.run_at, now + 60s);
    EXPECT_EQ(planned.priority, 5);
    EXPECT_EQ(planned.timeout, Micros(30s));
    EXPECT_EQ(planned.retry.tries_max, 1);
}

TEST(BatchPlan, shows_new_tasks_as_waiting_or_pending)
{
    Json child = task("b");
    child["dependencies"] = Json::array({Json{{"id", "a"}}});
    const Submit batch = plan(Json::array({task("a"), child})).value();
    Submitted submitted;
    submitted.run = RunId{3};
    submitted.created_at = now;
    submitted.tasks = {TaskId{10}, TaskId{11}};
    const std::vector<TaskView> views = new_views(batch, submitted);

    ASSERT_EQ(views.size(), 2u);
    EXPECT_EQ(views[0].task.state, TaskState::pending);
    EXPECT_EQ(views[1].task.state, TaskState::waiting);
    EXPECT_EQ(views[1].card.task, TaskId{11});
    EXPECT_EQ(views[1].run_created_at, now);
    EXPECT_FALSE(views[0].spec.empty());
}

} // namespace
} // namespace sluice::batch_plan_test
