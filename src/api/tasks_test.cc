// SPDX-License-Identifier: Apache-2.0
#include "api/task_testing.h"
#include "base/text.h"
#include "base/uid.h"

namespace sluice::tasks_test {

namespace {

using namespace testing;

const std::string made_up = "01890a5d-ac96-774b-bcce-b302099a8057";

// What every error of these routes but those about bodies looks like.
void expect_typed(const Reply& reply, int status, const std::string& word)
{
    EXPECT_EQ(reply.status, status) << reply.body;
    EXPECT_EQ(reply.json["status"], status) << reply.body;
    EXPECT_TRUE(reply.error().starts_with(word + ": ")) << reply.body;
}

TEST(ApiTasks, are_created_in_the_order_of_the_request)
{
    TaskFixture api;
    Json child = new_task("b");
    child["dependencies"] = Json::array({Json::object({{"id", "a"}})});
    const Reply made = api.post("/task", Json::array({new_task("a"), child}));
    ASSERT_EQ(made.status, 201) << made.body;
    ASSERT_EQ(made.json.size(), 2u);
    EXPECT_EQ(made.json[0]["status"], "Pending");
    EXPECT_EQ(made.json[1]["status"], "Waiting");
    EXPECT_EQ(made.header("X-Batch-ID"), made.json[0]["batch_id"]);
    for (const Json& task : made.json)
        EXPECT_EQ(api.task(task["id"]), task);
}

TEST(ApiTasks, of_an_empty_list_are_no_content)
{
    TaskFixture api;
    const Reply reply = api.post("/task", Json::array());
    EXPECT_EQ(reply.status, 204);
    EXPECT_TRUE(parse_uid(reply.header("X-Batch-ID")));
}

TEST(ApiTasks, bad_ones_are_refused_with_every_problem_and_an_id)
{
    TaskFixture api;
    const Json bad = Json::array(
        {new_task("a", Json::object({{"name", " "}})), new_task("a", Json::object({{"kind", 1}}))}
    );
    const Reply reply = api.post("/task", bad);
    EXPECT_EQ(reply.status, 400);
    ASSERT_EQ(reply.json["details"].size(), 3u) << reply.body;
    EXPECT_EQ(reply.json["details"][0], "tasks[0].name: must not be blank");
    EXPECT_TRUE(parse_uid(reply.json["batch_id"].get<std::string>()));
    const Headers json{{"Content-Type", "application/json"}};
    const Reply broken = api.send_bytes(Method::post, "/task", "[", json);
    EXPECT_EQ(broken.status, 400);
    EXPECT_TRUE(broken.json.contains("batch_id") && broken.json.contains("details"));
    EXPECT_EQ(api.send_bytes(Method::post, "/task", "[]").status, 415);
    EXPECT_EQ(api.get("/task").json, Json::array()) << "nothing was created";
}

TEST(ApiTasks, an_idempotency_key_repeats_the_first_answer)
{
    TaskFixture api;
    const Headers key{{"Idempotency-Key", "k"}};
    const Json body = Json::array({new_task("a")});
    const Reply first = api.send(Method::post, "/task", body, key);
    api.run_all();
    const Reply again = api.send(Method::post, "/task", body, key);
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.json, first.json);
    EXPECT_EQ(again.header("X-Batch-ID"), first.header("X-Batch-ID"));
    const Json other = Json::array({new_task("b")});
    expect_typed(api.send(Method::post, "/task", other, key), 409, "Conflict");
}

TEST(ApiTasks, an_idempotency_key_shows_the_tasks_as_they_were_born)
{
    TaskFixture api;
    const Headers key{{"Idempotency-Key", "k"}};
    Json child = new_task("b");
    child["dependencies"] = Json::array({Json::object({{"id", "a"}})});
    const Json body = Json::array({new_task("a"), child});
    const Reply first = api.send(Method::post, "/task", body, key);
    EXPECT_EQ(first.json[1]["status"], "Waiting");
    api.run_all();
    const std::string parent = first.json[0]["id"];
    EXPECT_EQ(api.patch("/task/" + parent, patch_of(R"({"status": "Success"})")).status, 200);
    EXPECT_EQ(api.status(first.json[1]["id"]), "Pending");
    EXPECT_EQ(api.send(Method::delete_, "/task/" + parent + "?purge=soft").status, 200);
    EXPECT_EQ(api.send(Method::post, "/task", body, key).json, first.json);
}

TEST(ApiTasks, an_idempotency_key_is_looked_at_before_the_body)
{
    TaskFixture api;
    const Headers key{{"Idempotency-Key", "k"}};
    Json action = new_task("a")["on_start"];
    const std::string stored = api.post("/actions", action).json["id"];
    const Json reference = Json::object({{"ref", stored}});
    const Json body = Json::array({new_task("a", Json::object({{"on_start", reference}}))});
    const Reply first = api.send(Method::post, "/task", body, key);
    ASSERT_EQ(first.status, 201) << first.body;
    EXPECT_EQ(api.send(Method::delete_, "/actions/" + stored).status, 200);
    const Reply again = api.send(Method::post, "/task", body, key);
    EXPECT_EQ(again.status, 201) << again.body;
    EXPECT_EQ(again.json, first.json);
    expect_typed(api.send(Method::post, "/task", Json(7), key), 409, "Conflict");
}

TEST(ApiTasks, an_idempotency_key_has_1_to_255_bytes_of_utf_8)
{
    TaskFixture api;
    const Json body = Json::array({new_task("a")});
    const auto post = [&](std::string key) {
        return api.send(Method::post, "/task", body, Headers{{"Idempotency-Key", std::move(key)}});
    };
    for (const std::string& key : {std::string(256, 'x'), std::string("\xff\xfe")}) {
        const Reply reply = post(key);
        expect_typed(reply, 400, "Bad request");
        EXPECT_NE(reply.error().find("Idempotency-Key: "), std::string::npos) << reply.body;
        EXPECT_TRUE(parse_uid(reply.json["batch_id"].get<std::string>()));
    }
    EXPECT_EQ(post(std::string(255, 'x')).status, 201);
}

TEST(ApiTasks, unknown_parents_are_told_beside_all_other_problems)
{
    TaskFixture api;
    Json task = new_task("a", Json::object({{"name", " "}}));
    task["dependencies"] = Json::array({Json::object({{"task_id", made_up}})});
    const Reply reply = api.post("/task", Json::array({task}));
    EXPECT_EQ(
        reply.json["details"], Json::array(
                                   {"tasks[0].name: must not be blank",
                                    "tasks[0].dependencies[0].task_id: there is no such task"}
                               )
    ) << reply.body;
}

TEST(ApiTasks, large_batches_are_answered_too)
{
    TaskFixture api;
    Json body = Json::array();
    for (int i = 0; i < 500; ++i)
        body.push_back(new_task(std::to_string(i)));
    const Json tasks = api.create(body);
    EXPECT_EQ(tasks.size(), 500u);
    const std::string batch = tasks[0]["batch_id"];
    EXPECT_EQ(api.get("/dag/" + batch).json["tasks"].size(), 500u);
}

TEST(ApiTasks, who_asks_is_the_key_else_the_header)
{
    TaskFixture api;
    const Json body = Json::array({new_task("a", Json::object({{"requester", "other"}}))});
    const Headers named{{"requester", "me"}};
    const Json plain = Json::array({new_task("a")});
    EXPECT_EQ(api.send(Method::post, "/task", plain, named).json[0]["requester"], "me");
    EXPECT_EQ(api.send(Method::post, "/task", body, named).json[0]["requester"], "me");
    EXPECT_EQ(api.post("/task", body).json[0]["requester"], "other") << "when nobody else is named";

    TaskFixture guarded;
    const Headers keyed{{"Authorization", "Bearer " + guarded.api_key("robot", KeyRole::write)}};
    EXPECT_EQ(guarded.send(Method::post, "/task", body, keyed).json[0]["requester"], "robot");
}

TEST(ApiTasks, unknown_ones_are_404_before_the_body_is_looked_at)
{
    TaskFixture api;
    for (const std::string& id : {made_up, std::string("nonsense")}) {
        const std::string path = "/task/" + id;
        expect_typed(api.get(path), 404, "Not found");
        expect_typed(api.patch(path, Json(7)), 404, "Not found");
        expect_typed(api.send_bytes(Method::patch, path, "{"), 404, "Not found");
        expect_typed(api.send(Method::put, path, Json::object()), 404, "Not found");
        expect_typed(api.send(Method::delete_, path), 404, "Not found");
        expect_typed(api.patch("/task/pause/" + id, nullptr), 404, "Not found");
        expect_typed(api.patch("/task/resume/" + id, nullptr), 404, "Not found");
        expect_typed(api.post(path + "/retry"), 404, "Not found");
    }
}

TEST(ApiTasks, a_report_ends_a_running_task)
{
    TaskFixture api;
    const std::string id = api.running_one();
    EXPECT_EQ(api.status(id), "Running");
    const Json report = patch_of(R"({"status": "Success", "new_success": 4, "attempt": 1})");
    const Reply reply = api.patch("/task/" + id, report);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "Task updated successfully");
    EXPECT_EQ(reply.header("Content-Type"), "text/plain; charset=utf-8");
    const Json task = api.task(id);
    EXPECT_EQ(task["status"], "Success");
    EXPECT_EQ(task["success"], 4);
    EXPECT_FALSE(task["ended_at"].is_null() || task["started_at"].is_null());
    expect_typed(api.patch("/task/" + id, report), 404, "Not found");
}

TEST(ApiTasks, reports_are_for_tasks_that_are_held_and_for_the_current_attempt)
{
    TaskFixture api;
    const std::string id = api.create_one();
    const Json count = patch_of(R"({"new_success": 1})");
    expect_typed(api.patch("/task/" + id, count), 404, "Not found");
    api.run_all();
    EXPECT_EQ(api.patch("/task/" + id, count).status, 200);
    const Json stale = patch_of(R"({"new_success": 1, "attempt": 9})");
    expect_typed(api.patch("/task/" + id, stale), 409, "Conflict");
    EXPECT_EQ(api.task(id)["success"], 1);
}

TEST(ApiTasks, a_bad_report_changes_nothing_and_names_its_fields)
{
    TaskFixture api;
    const std::string id = api.running_one();
    const Json before = api.task(id);
    const Reply reply =
        api.patch("/task/" + id, patch_of(R"({"status": "Failure", "priority": "high"})"));
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.json["details"].size(), 1u) << reply.body;
    EXPECT_TRUE(reply.json["details"][0].get<std::string>().starts_with("priority: "));
    EXPECT_EQ(api.patch("/task/" + id, patch_of(R"({"status": "Failure"})")).status, 400);
    EXPECT_EQ(api.patch("/task/" + id, patch_of(R"({"status": "Canceled"})")).status, 400);
    EXPECT_EQ(api.task(id), before);
}

TEST(ApiTasks, a_heartbeat_moves_last_updated)
{
    TaskFixture api;
    const std::string id = api.running_one();
    const std::string before = api.task(id)["last_updated"];
    EXPECT_EQ(api.patch("/task/" + id, Json::object()).status, 200);
    const std::string after = api.task(id)["last_updated"];
    EXPECT_LT(before, after);
}

TEST(ApiTasks, edits_are_for_tasks_that_are_not_final)
{
    TaskFixture api;
    const std::string id = api.create_one();
    const Json edit = patch_of(R"({"metadata": {"x": [1]}, "priority": 7, "expected_count": 3,
        "scheduled_at": "2100-01-01T00:00:00+01:00"})");
    EXPECT_EQ(api.patch("/task/" + id, edit).status, 200);
    const Json task = api.task(id);
    EXPECT_EQ(task["metadata"].dump(), R"({"x":[1]})");
    EXPECT_EQ(task["priority"], 7);
    EXPECT_EQ(task["expected_count"], 3);
    EXPECT_EQ(task["scheduled_at"], "2099-12-31T23:00:00.000000Z");
    EXPECT_EQ(api.send(Method::delete_, "/task/" + id).status, 200);
    expect_typed(api.patch("/task/" + id, edit), 404, "Not found");
}

TEST(ApiTasks, counts_are_added_to_final_tasks_too)
{
    TaskFixture api;
    const std::string id = api.create_one();
    const std::string path = "/task/" + id;
    const Reply reply = api.send(Method::put, path, patch_of(R"({"new_success": 2})"));
    EXPECT_EQ(reply.status, 202);
    EXPECT_EQ(reply.body, "Queued");
    api.send(Method::delete_, path);
    EXPECT_EQ(api.send(Method::put, path, patch_of(R"({"new_failures": 3})")).status, 202);
    EXPECT_EQ(api.task(id)["success"], 2);
    EXPECT_EQ(api.task(id)["failures"], 3);
    const Reply nothing = api.send(Method::put, path, patch_of(R"({"new_success": 0})"));
    EXPECT_EQ(nothing.status, 400);
    EXPECT_EQ(nothing.json["details"].size(), 1u);
}

TEST(ApiTasks, counts_for_a_task_that_is_gone_are_404_as_all_else)
{
    TaskFixture api;
    const std::string gone = format_uid(api.store->uid(UidKind::task, Time{}, 1000));
    const Reply reply = api.send(Method::put, "/task/" + gone, patch_of(R"({"new_success": 2})"));
    expect_typed(reply, 404, "Not found");
    EXPECT_EQ(reply.json["error"], "Not found: no task '" + gone + "'");
    EXPECT_EQ(reply.json, api.get("/task/" + gone).json);
}

TEST(ApiTasks, actions_that_the_state_does_not_allow_are_400)
{
    TaskFixture api;
    const std::string id = api.create_one();
    const std::string path = "/task/" + id;
    expect_typed(api.patch("/task/resume/" + id, nullptr), 400, "Bad request");
    expect_typed(api.post(path + "/retry"), 400, "Bad request");
    EXPECT_EQ(api.patch("/task/pause/" + id, nullptr).json["status"], "Paused");
    expect_typed(api.patch("/task/pause/" + id, nullptr), 400, "Bad request");
    EXPECT_EQ(api.patch("/task/resume/" + id, nullptr).json["status"], "Pending");
    expect_typed(api.send(Method::delete_, path + "?purge=soft"), 400, "Bad request");
    EXPECT_EQ(api.send(Method::delete_, path).json["status"], "Canceled");
    const Reply again = api.send(Method::delete_, path);
    expect_typed(again, 400, "Bad request");
    EXPECT_EQ(again.json["error"], "Bad request: 'cancel' is not possible: the task is Canceled");
    expect_typed(api.patch("/task/pause/" + id, nullptr), 400, "Bad request");
    EXPECT_EQ(api.post(path + "/retry").json["status"], "Pending");
}

TEST(ApiTasks, a_method_that_a_path_does_not_have_is_405)
{
    TaskFixture api;
    const Reply reply = api.post("/task/" + made_up);
    EXPECT_EQ(reply.status, 405);
    for (const char* method : {"GET", "PATCH", "PUT", "DELETE"})
        EXPECT_NE(reply.header("Allow").find(method), std::string::npos) << reply.header("Allow");
}

} // namespace

} // namespace sluice::tasks_test
