// SPDX-License-Identifier: Apache-2.0
#include "api/task_testing.h"

namespace sluice {

namespace {

using namespace testing;

std::vector<std::string> events_of(TaskFixture& api, const std::string& id)
{
    std::vector<std::string> events;
    const Json timeline = api.get("/task/" + id + "/timeline").json;
    for (const Json& entry : timeline["events"])
        events.push_back(entry["event"]);
    return events;
}

TEST(ApiTimeline, tells_what_has_happened_in_order)
{
    TaskFixture api;
    const std::string id = api.running_one();
    api.patch("/task/" + id, patch_of(R"({"priority": 3})"));
    api.patch("/task/pause/" + id, nullptr);
    api.patch("/task/resume/" + id, nullptr);
    api.patch("/task/" + id, patch_of(R"({"status": "Failure", "failure_reason": "broken"})"));

    EXPECT_EQ(
        events_of(api, id),
        (std::vector<std::string>{
            "created", "claimed", "started", "edit", "pause", "resume", "ended"})
    );
    const Json last = api.get("/task/" + id + "/timeline").json["events"].back();
    EXPECT_EQ(last["status"], "Failure");
    EXPECT_EQ(last["detail"], "broken");
    EXPECT_EQ(last["attempt"], 1);
    EXPECT_EQ(api.get("/task/01890a5d-ac96-774b-bcce-b302099a8057/timeline").status, 404);
}

std::string why(TaskFixture& api, const std::string& id)
{
    return api.get("/task/" + id + "/why").json["why"];
}

TEST(ApiWhy, names_what_a_task_waits_for)
{
    TaskFixture api;
    Json child = new_task("b");
    child["dependencies"] = Json::array({Json::object({{"id", "a"}})});
    const Json tasks = api.create(Json::array({new_task("a"), child}));
    const Json waiting = api.get("/task/" + tasks[1]["id"].get<std::string>() + "/why").json;
    EXPECT_EQ(waiting["status"], "Waiting");
    ASSERT_EQ(waiting["parents"].size(), 1u);
    EXPECT_EQ(waiting["parents"][0]["id"], tasks[0]["id"]);
    EXPECT_EQ(waiting["parents"][0]["status"], "Pending");

    const std::string later = api.create_one(Json::object({{"delay", 3600}}));
    const Json scheduled = api.get("/task/" + later + "/why").json;
    EXPECT_FALSE(scheduled["not_before"].is_null());
    api.patch("/task/pause/" + later, nullptr);
    EXPECT_NE(why(api, later).find("paused"), std::string::npos);
    api.send(Method::delete_, "/task/" + later);
    EXPECT_NE(why(api, later).find("final"), std::string::npos);
}

TEST(ApiWhy, names_the_rule_and_who_holds_it)
{
    TaskFixture api;
    const Json rules = parse_json(R"([{"type": "Concurency", "max_concurency": 1,
        "matcher": {"status": "Running", "kind": "k", "fields": []}}])")
                           .value();
    const Json changes = Json::object({{"rules", rules}});
    const Json tasks = api.create(Json::array({new_task("a", changes), new_task("b", changes)}));
    api.run_all();
    const Json answer = api.get("/task/" + tasks[1]["id"].get<std::string>() + "/why").json;
    ASSERT_EQ(answer["rules"].size(), 1u) << answer.dump();
    EXPECT_EQ(answer["rules"][0]["type"], "Concurency");
    EXPECT_EQ(answer["rules"][0]["now"], 1);
    EXPECT_EQ(answer["rules"][0]["holders"], Json::array({tasks[0]["id"]}));
    EXPECT_EQ(answer["rules"][0]["matcher"], rules[0]["matcher"]);
}

TEST(ApiTasks, final_ones_can_be_hidden_and_brought_back)
{
    TaskFixture api;
    const std::string id = api.create_one();
    const std::string path = "/task/" + id;
    EXPECT_EQ(api.send(Method::delete_, path + "?purge=soft").status, 400) << "not final";
    EXPECT_EQ(api.status(id), "Pending");
    EXPECT_EQ(api.send(Method::delete_, path + "?purge=hard").status, 400);
    api.send(Method::delete_, path);
    const Reply hidden = api.send(Method::delete_, path + "?purge=soft");
    EXPECT_EQ(hidden.status, 200) << hidden.body;
    EXPECT_FALSE(hidden.json["deleted_at"].is_null());
    EXPECT_EQ(api.get("/task").json.size(), 0u);
    EXPECT_EQ(api.get("/task?deleted=true").json.size(), 1u);
    EXPECT_EQ(api.send(Method::delete_, path + "?purge=soft").status, 400) << "hidden already";
    EXPECT_TRUE(api.post(path + "/restore").json["deleted_at"].is_null());
    EXPECT_EQ(api.get("/task").json.size(), 1u);
    EXPECT_EQ(api.post(path + "/restore").status, 400);
}

TEST(ApiBatches, rules_are_replaced_for_one_kind)
{
    TaskFixture api;
    const std::string batch = api.create(Json::array({new_task("a")}))[0]["batch_id"];
    const std::string path = "/batch/" + batch + "/rules";
    const Json done = api.patch(path, patch_of(R"({"kind": "k", "rules": [
        {"type": "Concurency", "max_concurency": 3,
         "matcher": {"status": "Running", "kind": "k", "fields": []}}]})"))
                          .json;
    EXPECT_EQ(done["updated_count"], 1);
    EXPECT_EQ(done["batch_id"], batch);
    const std::string id = api.get("/task").json[0]["id"];
    EXPECT_EQ(api.task(id)["rules"][0]["max_concurency"], 3);
    EXPECT_EQ(
        api.patch(path, patch_of(R"({"kind": "other", "rules": []})")).json["updated_count"], 0
    );
    EXPECT_EQ(api.patch(path, patch_of(R"({"kind": "k", "rules": []})")).json["updated_count"], 1);
    EXPECT_EQ(api.task(id)["rules"], Json::array());
    EXPECT_EQ(api.patch(path, patch_of(R"({"rules": []})")).status, 400);
    const Reply unknown = api.patch(
        "/batch/01890a5d-ac96-774b-bcce-b302099a8057/rules",
        patch_of(R"({"kind": "k", "rules": []})")
    );
    EXPECT_EQ(unknown.status, 404);
}

TEST(ApiTasks, duplicates_are_left_out_of_the_answer)
{
    TaskFixture api;
    const Json matcher =
        parse_json(R"({"status": "Pending", "kind": "k", "fields": ["n"]})").value();
    const Json first = new_task("a", Json::object({{"metadata", Json::object({{"n", 1}})}}));
    api.create(Json::array({first}));
    Json again = first;
    again["dedupe_strategy"] = Json::array({matcher});
    const Reply nothing = api.post("/task", Json::array({again}));
    EXPECT_EQ(nothing.status, 204);
    EXPECT_FALSE(nothing.header("X-Batch-ID").empty());
    Json other = new_task("b", Json::object({{"metadata", Json::object({{"n", 2}})}}));
    other["dedupe_strategy"] = Json::array({matcher});
    const Json created = api.create(Json::array({again, other}));
    ASSERT_EQ(created.size(), 1u);
    EXPECT_EQ(created[0]["metadata"]["n"], 2);
    EXPECT_EQ(created[0]["name"], other["name"]);
}

} // namespace

} // namespace sluice
