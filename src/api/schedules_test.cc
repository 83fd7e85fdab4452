// SPDX-License-Identifier: Apache-2.0
#include "api/task_testing.h"

namespace sluice::schedules_test {

namespace {

using namespace testing;

const std::string made_up = "01890a5d-ac96-774b-bcce-b302099a8057";

Json schedule(const Json& changes = Json::object())
{
    Json body{{"name", "nightly"}, {"cron", "0 3 * * *"}};
    body["tasks"] = Json::array({new_task("a")});
    body.update(changes);
    return body;
}

std::string create(ApiFixture& api, const Json& changes = Json::object())
{
    const Reply reply = api.post("/schedules", schedule(changes));
    EXPECT_EQ(reply.status, 201) << reply.body;
    return reply.json["id"];
}

// As the scheduler does, with the tick that is due next.
Submitted fire(ApiFixture& api)
{
    const auto look = [](Reads& reads) { return reads.schedules().schedules({}); };
    const StoredSchedule stored = await(api.loop, api.store->read(look)).value().at(0);
    Submit request;
    request.run.kind = RunKind::batch;
    request.run.queues = {"q"};
    request.run.spec = "null";
    NewTask& task = request.tasks.emplace_back();
    task.payload = R"({"on_start": {}})";
    task.card.emplace();
    task.card->kind = "k";
    task.card->name = "n";
    ScheduleMove move;
    move.schedule = stored.row.id;
    move.version = stored.row.version;
    move.settled_before = stored.row.settled;
    move.settled = *stored.row.next_due;
    move.next_due = *stored.row.next_due + 24h;
    request.tick = FiredTick{move, move.settled};
    return await(api.loop, api.store->submit(std::move(request))).value();
}

TEST(ApiSchedules, are_answered_with_what_stands_for_absent_members)
{
    TaskFixture api;
    const Reply reply = api.post("/schedules", schedule());
    ASSERT_EQ(reply.status, 201) << reply.body;
    const Json& json = reply.json;
    EXPECT_EQ(json["timezone"], "UTC");
    EXPECT_EQ(json["catchup"], "skip");
    EXPECT_EQ(json["max_catchup"], 100);
    EXPECT_EQ(json["overlap"], "allow");
    EXPECT_EQ(json["jitter"], 0);
    EXPECT_EQ(json["enabled"], true);
    EXPECT_EQ(json["tasks"], schedule()["tasks"]) << "as they were sent";
    EXPECT_TRUE(json["next_run_at"].get<std::string>().ends_with("T03:00:00.000000Z"));
    for (const char* none : {"every", "at", "start", "end", "last_run_at", "last_batch_id"})
        EXPECT_EQ(json[none], nullptr) << none;
    EXPECT_EQ(api.get("/schedules/" + json["id"].get<std::string>()).json, json);
}

TEST(ApiSchedules, of_workflows_are_not_theirs)
{
    TaskFixture api;
    CreateSchedule request;
    request.kind = ScheduleKind::workflow;
    request.key = "etl";
    request.text.name = "etl";
    request.text.timing = Schedule{.ticks = EveryTicks{1h}};
    request.text.document = R"({"workflow": "etl"})";
    const ScheduleRow row = await(api.loop, api.store->create_schedule(request)).value();
    const std::string path =
        "/schedules/" + format_uid(api.store->uid(UidKind::schedule, row.created_at, row.id.value));
    EXPECT_EQ(api.get("/schedules").json, Json::array());
    EXPECT_EQ(api.get(path).status, 404);
    EXPECT_EQ(api.patch(path, Json{{"enabled", false}}).status, 404);
    EXPECT_EQ(api.send(Method::delete_, path).status, 404);
    const auto look = [id = row.id](Reads& reads) { return reads.schedules().schedule(id); };
    EXPECT_TRUE(await(api.loop, api.store->read(look)).value()) << "it was left alone";
}

TEST(ApiSchedules, all_problems_come_at_once)
{
    TaskFixture api;
    const Reply bad =
        api.post("/schedules", patch_of(R"({"cron": "0 3 * * * * *", "timezone": "Mars/Olympus",
            "tasks": [{"id": "a"}]})"));
    EXPECT_EQ(bad.status, 400);
    std::string all;
    for (const Json& detail : bad.json["details"])
        all += detail.get<std::string>() + "\n";
    for (const char* place :
         {"name:", "cron:", "timezone:", "tasks[0].name:", "tasks[0].on_start:"})
        EXPECT_NE(all.find(place), std::string::npos) << place << " in " << all;
    EXPECT_EQ(api.post("/schedules", Json::array()).status, 400);
    EXPECT_EQ(api.get("/schedules").json, Json::array());
}

TEST(ApiSchedules, their_tasks_name_nothing_that_is_stored)
{
    TaskFixture api;
    const Json stored{{"ref", made_up}};
    Json task = new_task("a");
    Json inner = task["on_start"];
    inner["when"] = Json{{"when", {{"status", 200}}}, {"then", Json::array({inner, stored})}};
    task["on_start"]["when"] = Json{{"when", {{"status", 200}}}, {"then", inner}};
    task["on_failure"] = Json::array({stored});
    const Reply refused = api.post("/schedules", schedule({{"tasks", Json::array({task})}}));
    EXPECT_EQ(refused.status, 400);
    std::string all;
    for (const Json& detail : refused.json["details"])
        all += detail.get<std::string>() + "\n";
    const std::string why = " is not for schedules: write out what it refers to\n";
    EXPECT_EQ(
        all, "tasks[0].on_start.when[0].then.when[0].then[1].ref:" + why +
                 "tasks[0].on_failure[0].ref:" + why
    );
}

TEST(ApiSchedules, members_are_replaced_one_by_one)
{
    TaskFixture api;
    const std::string path = "/schedules/" + create(api, patch_of(R"({"jitter": "30s"})"));
    const Reply changed =
        api.patch(path, patch_of(R"({"every": "5m", "name": "often", "jitter": null})"));
    ASSERT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(changed.json["cron"], nullptr);
    EXPECT_EQ(changed.json["timezone"], nullptr);
    EXPECT_EQ(changed.json["every"], "5m");
    EXPECT_EQ(changed.json["jitter"], 0);
    EXPECT_EQ(changed.json["name"], "often");
    EXPECT_EQ(api.get(path).json, changed.json);
    EXPECT_EQ(api.patch(path, changed.json).status, 200) << "what was answered may come back";
    EXPECT_EQ(api.patch(path, patch_of(R"({"enabled": false})")).json["next_run_at"], nullptr);
    EXPECT_EQ(api.patch(path, patch_of(R"({"tasks": []})")).status, 400);
    EXPECT_EQ(api.patch(path, patch_of(R"({"tasks": [{"id": "a"}]})")).status, 400);
    EXPECT_EQ(api.patch("/schedules/" + made_up, patch_of("{}")).status, 404);
    EXPECT_EQ(api.patch("/schedules/x", patch_of("[]")).status, 404);
}

TEST(ApiSchedules, are_listed_by_name_and_page)
{
    TaskFixture api;
    for (const char* name : {"one", "two", "three"})
        create(api, Json{{"name", name}, {"enabled", name[0] == 'o'}});
    const auto names = [&api](const std::string& query) {
        std::string all;
        for (const Json& one : api.get("/schedules" + query).json)
            all += one["name"].get<std::string>() + " ";
        return all;
    };
    EXPECT_EQ(names(""), "three two one ");
    EXPECT_EQ(names("?name=t"), "three two ");
    EXPECT_EQ(names("?enabled=true"), "one ");
    EXPECT_EQ(names("?enabled=0"), "three two ");
    EXPECT_EQ(names("?page_size=2&page=1"), "one ");
    EXPECT_EQ(names("?page=99999999999999999999"), "");
    EXPECT_NE(api.get("/schedules?page_size=2").header("Link").find("page=1"), std::string::npos);
    EXPECT_EQ(api.get("/schedules?enabled=maybe").status, 400);
}

TEST(ApiSchedules, their_ticks_name_the_batches)
{
    TaskFixture api;
    const std::string path = "/schedules/" + create(api);
    EXPECT_EQ(api.get(path + "/runs").json, Json::array());
    const Json before = api.get(path).json;
    fire(api);
    const Json runs = api.get(path + "/runs").json;
    ASSERT_EQ(runs.size(), 1u);
    EXPECT_EQ(runs[0]["schedule_id"], before["id"]);
    EXPECT_EQ(runs[0]["scheduled_at"], before["next_run_at"]);
    EXPECT_EQ(runs[0]["outcome"], "created");
    EXPECT_EQ(runs[0]["reason"], nullptr);
    const Json after = api.get(path).json;
    EXPECT_EQ(after["last_batch_id"], runs[0]["batch_id"]);
    EXPECT_EQ(after["last_run_at"], runs[0]["fired_at"]);
    EXPECT_EQ(api.get("/batch/" + runs[0]["batch_id"].get<std::string>()).status, 200);
    EXPECT_EQ(api.get("/schedules/" + made_up + "/runs").status, 404);
}

TEST(ApiSchedules, go_and_leave_their_batches)
{
    TaskFixture api;
    const std::string id = create(api);
    fire(api);
    EXPECT_EQ(api.send(Method::delete_, "/schedules/" + id).json, (Json{{"id", id}}));
    EXPECT_EQ(api.send(Method::delete_, "/schedules/" + id).status, 404);
    EXPECT_EQ(api.get("/schedules/" + id).status, 404);
    EXPECT_EQ(api.get("/schedules/" + id + "/runs").status, 404);
    EXPECT_EQ(api.get("/batches").json.size(), 1u);
}

TEST(ApiSchedules, stand_in_the_audit)
{
    TaskFixture api;
    const std::string id = create(api);
    fire(api);
    const std::string batch = api.get("/schedules/" + id).json["last_batch_id"];
    api.send(Method::delete_, "/schedules/" + id);
    const Json lines = api.get("/audit?object=schedule&object_id=" + id).json;
    ASSERT_EQ(lines.size(), 3u) << lines;
    EXPECT_EQ(lines[0]["action"], "schedule.delete");
    EXPECT_EQ(lines[0]["object_id"], id);
    EXPECT_EQ(lines[0]["detail"], "nightly");
    EXPECT_EQ(lines[1]["action"], "schedule.fire");
    EXPECT_EQ(lines[1]["actor"], "schedule:nightly");
    EXPECT_EQ(lines[1]["detail"], batch);
    EXPECT_EQ(api.get("/audit?object_id=" + batch).json.size(), 2u) << "its own line, and the tick";
}

} // namespace

} // namespace sluice::schedules_test
