// SPDX-License-Identifier: Apache-2.0
#include "api/task_testing.h"

namespace sluice::batches_test {

namespace {

using namespace testing;

const std::string made_up = "01890a5d-ac96-774b-bcce-b302099a8057";

// a, and b behind it.
std::string create_pair(TaskFixture& api, const Json& changes = Json::object())
{
    Json child = new_task("b", changes);
    child["dependencies"] = Json::array({Json::object({{"id", "a"}, {"requires_success", false}})});
    return api.create(Json::array({new_task("a", changes), child}))[0]["batch_id"];
}

TEST(ApiBatches, counts_are_those_of_all_tasks)
{
    TaskFixture api;
    const std::string batch = create_pair(api, Json::object({{"expected_count", 5}}));
    const std::string first = api.get("/task?status=Pending").json[0]["id"];
    api.send(Method::put, "/task/" + first, patch_of(R"({"new_success": 2, "new_failures": 1})"));

    const Json counts = api.get("/batch/" + batch).json;

    EXPECT_EQ(counts["batch_id"], batch);
    EXPECT_EQ(counts["total_tasks"], 2);
    EXPECT_EQ(counts["total_success"], 2);
    EXPECT_EQ(counts["total_failures"], 1);
    EXPECT_EQ(counts["total_expected"], 10);
    EXPECT_EQ(counts["status_counts"].size(), 9u);
    EXPECT_EQ(counts["status_counts"]["waiting"], 1);
    EXPECT_EQ(counts["status_counts"]["pending"], 1);
    const std::string other = create_pair(api);
    EXPECT_TRUE(api.get("/batch/" + other).json["total_expected"].is_null());
}

TEST(ApiBatches, unknown_ones_are_404_but_their_dag_is_empty)
{
    TaskFixture api;
    for (const std::string& id : {made_up, std::string("nonsense")}) {
        EXPECT_EQ(api.get("/batch/" + id).json["status"], 404);
        EXPECT_EQ(api.send(Method::delete_, "/batch/" + id).status, 404);
        EXPECT_EQ(api.patch("/batch/" + id + "/pause", nullptr).status, 404);
        EXPECT_EQ(api.patch("/batch/" + id + "/resume", nullptr).status, 404);
    }
    const std::string rules = "/batch/" + made_up + "/rules";
    EXPECT_EQ(api.patch(rules, Json(7)).json["status"], 404) << "before the body is looked at";
    EXPECT_EQ(api.get("/dag/" + made_up).json.dump(), R"({"tasks":[],"links":[]})");
    EXPECT_EQ(api.get("/dag/nonsense").status, 404);
}

TEST(ApiBatches, a_cancel_counts_what_each_task_was_and_may_be_repeated)
{
    TaskFixture api;
    const std::string batch = create_pair(api);
    api.run_all();
    const Json canceled = api.send(Method::delete_, "/batch/" + batch).json;
    EXPECT_EQ(canceled["batch_id"], batch);
    EXPECT_EQ(canceled["canceled_waiting"], 1);
    EXPECT_EQ(canceled["canceled_running"], 1);
    EXPECT_EQ(canceled["already_terminal"], 0);
    for (const Json& task : api.get("/task?batch_id=" + batch).json) {
        EXPECT_EQ(task["status"], "Canceled");
        EXPECT_FALSE(task["ended_at"].is_null());
        EXPECT_EQ(api.task(task["id"])["failure_reason"], "Batch stopped");
    }
    const Reply again = api.send(Method::delete_, "/batch/" + batch);
    EXPECT_EQ(again.status, 200) << again.body;
    EXPECT_EQ(again.json["already_terminal"], 2);
    EXPECT_EQ(again.json["canceled_running"], 0);
    EXPECT_EQ(api.patch("/batch/" + batch + "/pause", nullptr).status, 200);
}

TEST(ApiBatches, pause_and_resume_say_what_they_moved)
{
    TaskFixture api;
    const std::string batch = create_pair(api);
    const Json paused = api.patch("/batch/" + batch + "/pause", nullptr).json;
    EXPECT_EQ(paused["paused_waiting"], 1);
    EXPECT_EQ(paused["paused_pending"], 1);
    EXPECT_EQ(api.get("/batch/" + batch).json["status_counts"]["paused"], 2);
    EXPECT_EQ(api.patch("/batch/" + batch + "/resume", nullptr).json["resumed"], 2);
    EXPECT_EQ(api.get("/batch/" + batch).json["status_counts"]["paused"], 0);
}

TEST(ApiBatches, lists_are_newest_first_with_the_counts_of_whole_batches)
{
    TaskFixture api;
    const std::string one = create_pair(api);
    const std::string two = create_pair(api, Json::object({{"kind", "build"}, {"name", "x"}}));
    const Reply all = api.get("/batches?page_size=1");
    ASSERT_EQ(all.json.size(), 1u);
    EXPECT_EQ(all.json[0]["batch_id"], two);
    EXPECT_EQ(all.json[0]["kinds"], Json::array({"build"}));
    EXPECT_NE(all.header("Link").find("page=1>"), std::string::npos) << all.header("Link");
    EXPECT_EQ(api.get("/batches?page_size=1&page=1").json[0]["batch_id"], one);
    EXPECT_EQ(api.get("/batches?page=99999999999999999999").json, Json::array());

    const Json waiting = api.get("/batches?status=Waiting&kind=uil&name=x").json;
    ASSERT_EQ(waiting.size(), 1u);
    EXPECT_EQ(waiting[0]["total_tasks"], 2);
    EXPECT_EQ(waiting[0]["status_counts"]["pending"], 1);
    const std::string at = waiting[0]["first_created_at"];
    EXPECT_GE(api.get("/batches?created_after=" + at).json.size(), 1u) << "bounds are inclusive";
    EXPECT_EQ(api.get("/batches?created_before=" + at).json.size(), 2u);
}

TEST(ApiBatches, without_a_task_are_not_listed)
{
    TaskFixture api;
    const Headers key{{"Idempotency-Key", "k"}};
    const Reply kept = api.send(Method::post, "/task", Json::array(), key);
    EXPECT_EQ(kept.status, 204);
    EXPECT_EQ(api.get("/batch/" + kept.header("X-Batch-ID")).json["total_tasks"], 0);
    const Reply none = api.post("/task", Json::array());
    EXPECT_EQ(none.status, 204);
    EXPECT_EQ(api.get("/batch/" + none.header("X-Batch-ID")).status, 404);
    EXPECT_EQ(api.get("/batches").json, Json::array());
}

TEST(ApiBatches, have_the_kinds_of_the_tasks_that_were_created)
{
    TaskFixture api;
    Json known = new_task("a", Json::object({{"kind", "old"}}));
    api.create(Json::array({known}));
    const Json matcher{{"status", "Pending"}, {"kind", "old"}, {"fields", Json::array()}};
    known["dedupe_strategy"] = Json::array({matcher});
    const Json made =
        api.create(Json::array({known, new_task("b", Json::object({{"kind", "new"}}))}));
    ASSERT_EQ(made.size(), 1u);
    EXPECT_EQ(api.get("/batches").json[0]["kinds"], Json::array({"new"}));
}

TEST(ApiBatches, a_dag_has_links_from_other_batches_while_they_hold)
{
    TaskFixture api;
    const std::string parent = api.create_one();
    const Json dependencies = Json::array({Json{{"task_id", parent}}});
    const Json child =
        api.create(Json::array({new_task("c", Json::object({{"dependencies", dependencies}}))}))[0];
    const auto links = [&](const Json& task) {
        return api.get("/dag/" + task["batch_id"].get<std::string>()).json["links"];
    };
    EXPECT_EQ(links(api.task(parent)), Json::array());
    const Json held = links(child);
    ASSERT_EQ(held.size(), 1u);
    EXPECT_EQ(held[0]["parent_id"], parent);
    EXPECT_EQ(held[0]["child_id"], child["id"]);
    EXPECT_EQ(held[0]["condition"], "on_success");

    EXPECT_EQ(api.send(Method::delete_, "/task/" + parent).status, 200);
    EXPECT_EQ(links(child), Json::array());
}

TEST(ApiBatches, a_dag_has_the_links)
{
    TaskFixture api;
    const std::string batch = create_pair(api);
    const Json dag = api.get("/dag/" + batch).json;
    ASSERT_EQ(dag["tasks"].size(), 2u);
    ASSERT_EQ(dag["links"].size(), 1u);
    EXPECT_EQ(dag["links"][0]["parent_id"], dag["tasks"][0]["id"]);
    EXPECT_EQ(dag["links"][0]["child_id"], dag["tasks"][1]["id"]);
    EXPECT_EQ(dag["links"][0]["requires_success"], false);
    EXPECT_EQ(dag["links"][0]["condition"], "always");
}

} // namespace

} // namespace sluice::batches_test
