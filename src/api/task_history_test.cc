// SPDX-License-Identifier: Apache-2.0
#include "api/task_testing.h"

namespace sluice::task_history_test {

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

Json statuses_of(TaskFixture& api, const std::string& id)
{
    Json statuses = Json::array();
    const Json timeline = api.get("/task/" + id + "/timeline").json;
    for (const Json& entry : timeline["events"])
        statuses.push_back(entry["status"]);
    return statuses;
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
    EXPECT_EQ(
        statuses_of(api, id),
        Json::array({"Pending", "Claimed", "Running", nullptr, "Paused", "Running", "Failure"})
    );
    const Json events = api.get("/task/" + id + "/timeline").json["events"];
    EXPECT_EQ(events[4]["attempt"], 1) << "the one that is paused";
    const Json& last = events.back();
    EXPECT_EQ(last["status"], "Failure");
    EXPECT_EQ(last["detail"], "broken");
    EXPECT_EQ(last["attempt"], 1);
    EXPECT_EQ(api.get("/task/01890a5d-ac96-774b-bcce-b302099a8057/timeline").status, 404);
}

TEST(ApiTimeline, tells_when_a_task_that_waited_became_pending)
{
    TaskFixture api;
    Json child = new_task("b");
    child["dependencies"] = Json::array({Json::object({{"id", "a"}})});
    const Json tasks = api.create(Json::array({new_task("a"), child}));
    const std::string parent = tasks[0]["id"];
    const std::string id = tasks[1]["id"];
    EXPECT_EQ(statuses_of(api, id), Json::array({"Waiting"}));
    api.run_all();
    api.patch("/task/pause/" + id, nullptr);
    api.patch("/task/resume/" + id, nullptr);
    EXPECT_EQ(statuses_of(api, id), Json::array({"Waiting", "Paused", "Waiting"}));
    api.patch("/task/" + parent, patch_of(R"({"status": "Success"})"));
    EXPECT_EQ(events_of(api, id).back(), "parents ended");
    EXPECT_EQ(statuses_of(api, id).back(), "Pending");
}

TEST(ApiTimeline, names_who_canceled_and_what_a_retry_has_brought)
{
    TaskFixture api;
    const std::string id = api.running_one();
    const Headers named{{"requester", "ada"}};
    api.send(Method::delete_, "/task/" + id, nullptr, named);
    const Json events = api.get("/task/" + id + "/timeline").json["events"];
    ASSERT_EQ(events.size(), 5u) << events.dump();
    EXPECT_EQ(events[3]["event"], "cancel");
    EXPECT_EQ(events[3]["status"], "Canceled");
    EXPECT_EQ(events[4]["event"], "ended");
    EXPECT_EQ(events[4]["actor"], events[3]["actor"]);
    EXPECT_EQ(events[4]["actor"], "ada");
    EXPECT_EQ(api.task(id)["max_attempts"], 1);
    api.post("/task/" + id + "/retry");
    EXPECT_EQ(api.task(id)["max_attempts"], 2) << "it has all its tries again";
    EXPECT_EQ(events_of(api, id).back(), "retry");
    EXPECT_EQ(statuses_of(api, id).back(), "Pending");
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
    EXPECT_EQ(waiting["reason"], "parents");
    ASSERT_EQ(waiting["parents"].size(), 1u);
    EXPECT_EQ(waiting["parents"][0]["id"], tasks[0]["id"]);
    EXPECT_EQ(waiting["parents"][0]["status"], "Pending");

    const std::string later = api.create_one(Json::object({{"delay", 3600}}));
    const Json scheduled = api.get("/task/" + later + "/why").json;
    EXPECT_FALSE(scheduled["not_before"].is_null());
    api.patch("/task/pause/" + later, nullptr);
    EXPECT_NE(why(api, later).find("paused"), std::string::npos);
    api.send(Method::delete_, "/task/" + later);
    EXPECT_EQ(why(api, later), "it is final: Canceled");
}

TEST(ApiWhy, has_its_reason_as_data)
{
    TaskFixture api;
    const auto reason = [&api](const std::string& id) {
        return api.get("/task/" + id + "/why").json["reason"];
    };
    const std::string later = api.create_one(Json::object({{"delay", 3600}}));
    EXPECT_EQ(reason(later), "scheduled");
    const Headers named{{"requester", "ada"}};
    api.send(Method::patch, "/task/pause/" + later, nullptr, named);
    const Json paused = api.get("/task/" + later + "/why").json;
    EXPECT_EQ(paused["reason"], "paused");
    EXPECT_EQ(paused["paused_by"], "ada");
    EXPECT_TRUE(paused["paused_at"].is_string());

    const Json again =
        parse_json(R"({"retry": {"max_retries": 3, "initial_delay_secs": 60}})").value();
    const std::string id = api.create_one(again);
    EXPECT_EQ(reason(id), "no_starter");
    api.claim();
    EXPECT_EQ(reason(id), "claimed");
    api.send(Method::delete_, "/task/" + id);
    EXPECT_EQ(reason(id), "final");

    const std::string failing = api.running_one(again);
    EXPECT_EQ(reason(failing), "running");
    api.patch("/task/" + failing, patch_of(R"({"status": "Failure", "failure_reason": "x"})"));
    EXPECT_EQ(reason(failing), "retry");
    EXPECT_TRUE(api.get("/task/" + failing + "/why").json["paused_at"].is_null());
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
    EXPECT_EQ(answer["reason"], "rules");
    EXPECT_EQ(answer["why"], "a rule for kind 'k' holds it up: 1 are Running, 1 may be");
    EXPECT_EQ(answer["rules"][0]["type"], "Concurency");
    EXPECT_EQ(answer["rules"][0]["now"], 1);
    EXPECT_EQ(answer["rules"][0]["holders"], Json::array({tasks[0]["id"]}));
    EXPECT_EQ(answer["rules"][0]["matcher"], rules[0]["matcher"]);
}

TEST(ApiWhy, names_no_rule_that_lets_the_task_pass)
{
    TaskFixture api;
    api.running_one(Json::object({{"kind", "other"}}));
    const auto held_to = [&api](int maximum) {
        Json rules = parse_json(R"([{"type": "Concurency",
            "matcher": {"status": "Running", "kind": "other", "fields": []}}])")
                         .value();
        rules[0]["max_concurency"] = maximum;
        return Json::object({{"rules", rules}});
    };
    const std::string of_another_kind = api.create_one(held_to(1));
    EXPECT_EQ(api.get("/task/" + of_another_kind + "/why").json["rules"].size(), 0u);
    Json same = held_to(1);
    same["kind"] = "other";
    const std::string of_its_kind = api.create_one(same);
    EXPECT_EQ(api.get("/task/" + of_its_kind + "/why").json["rules"].size(), 1u);
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

} // namespace sluice::task_history_test
