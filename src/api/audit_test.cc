// SPDX-License-Identifier: Apache-2.0
#include "api/task_testing.h"

#include <algorithm>

namespace sluice::audit_test {

namespace {

using namespace testing;

const std::string made_up = "01890a5d-ac96-774b-bcce-b302099a8057";

// "action object", newest first.
std::vector<std::string> lines(TaskFixture& api, const std::string& query = "")
{
    std::vector<std::string> found;
    const Reply reply = api.get("/audit" + query);
    EXPECT_EQ(reply.status, 200) << reply.body;
    for (const Json& line : reply.json)
        found.push_back(
            line["action"].get<std::string>() + " " + line["object"].get<std::string>()
        );
    return found;
}

using Lines = std::vector<std::string>;

TEST(ApiAudit, tells_who_did_what)
{
    TaskFixture api;
    Headers headers;
    headers.add("requester", "ada");
    const Reply created = api.send(Method::post, "/task", Json::array({new_task("a")}), headers);
    const std::string task = created.json[0]["id"];
    const std::string batch = created.json[0]["batch_id"];
    EXPECT_EQ(api.send(Method::delete_, "/task/" + task).status, 200);

    const Json list = api.get("/audit").json;
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[0]["action"], "cancel");
    EXPECT_EQ(list[0]["object"], "task");
    EXPECT_EQ(list[0]["object_id"], task);
    EXPECT_EQ(list[0]["actor"], nullptr);
    EXPECT_EQ(list[1]["action"], "submit");
    EXPECT_EQ(list[1]["object"], "batch");
    EXPECT_EQ(list[1]["object_id"], batch);
    EXPECT_EQ(list[1]["actor"], "ada");
    EXPECT_EQ(list[1]["detail"], "1 task");
    EXPECT_GT(list[0]["id"], list[1]["id"]);
}

TEST(ApiAudit, has_what_is_done_to_tasks_batches_groups_and_deliveries)
{
    TaskFixture api;
    const Json with_success = patch_of(R"({"group_id": "g", "on_success": [{"kind": "Webhook",
        "params": {"url": "http://target.invalid/done", "verb": "Post"}}]})");
    const std::string task = api.running_one(with_success);
    const std::string batch = api.task(task)["batch_id"];
    api.patch("/groups/g/pause", nullptr);
    api.patch("/groups/g/resume", nullptr);
    api.patch("/task/" + task, patch_of(R"({"priority": 3, "status": "Success"})"));
    api.bury_deliveries();
    const std::string delivery = api.get("/deliveries?status=dead").json[0]["id"];
    api.post("/deliveries/" + delivery + "/redeliver");
    api.patch("/batch/" + batch + "/rules", patch_of(R"({"kind": "k", "rules": []})"));
    EXPECT_EQ(
        lines(api), (Lines{
                        "rules batch", "redeliver delivery", "edit task", "report task",
                        "resume task", "resume group", "pause task", "pause group", "submit batch"})
    );
    EXPECT_EQ(api.get("/audit?object=group").json[0]["object_id"], "g");
    EXPECT_EQ(api.get("/audit?object=delivery").json[0]["object_id"], delivery);
}

TEST(ApiAudit, is_filtered)
{
    TaskFixture api;
    const std::string one = api.create_one();
    const std::string other = api.create_one();
    const std::string batch = api.task(one)["batch_id"];
    api.send(Method::delete_, "/task/" + one);
    const std::string at = api.get("/audit").json[0]["at"];

    EXPECT_EQ(lines(api, "?action=cancel"), Lines{"cancel task"});
    EXPECT_EQ(lines(api, "?object=batch").size(), 2u);
    EXPECT_EQ(lines(api, "?object=task&object_id=" + one), Lines{"cancel task"});
    EXPECT_EQ(lines(api, "?object_id=" + one), Lines{"cancel task"});
    EXPECT_EQ(lines(api, "?object_id=" + batch), Lines{"submit batch"});
    EXPECT_EQ(lines(api, "?object=task&object_id=" + other), Lines{});
    EXPECT_EQ(lines(api, "?object=batch&object_id=" + one), Lines{}) << "that is a task";
    for (const char* object : {"task", "batch", "delivery", "job", "group", "key"})
        EXPECT_EQ(lines(api, std::string("?object=") + object + "&object_id=" + made_up), Lines{})
            << object;
    EXPECT_EQ(lines(api, "?actor=nobody"), Lines{});
    EXPECT_EQ(lines(api, "?before=" + at).size(), 3u);
    EXPECT_EQ(lines(api, "?after=" + at + "&action=cancel"), Lines{"cancel task"});
    EXPECT_EQ(lines(api, "?after=2100-01-01T00:00:00Z"), Lines{});
    EXPECT_EQ(lines(api, "?before=2000-01-01T00:00:00Z"), Lines{});
    for (const char* bad : {"object=thing", "after=noon", "before=x", "cursor=x", "page_size=x"})
        EXPECT_EQ(api.get(std::string("/audit?") + bad).status, 400) << bad;
}

TEST(ApiAudit, pages_lead_on_to_each_other)
{
    TaskFixture api;
    for (int i = 0; i < 5; ++i)
        api.create_one();
    std::vector<std::int64_t> ids;
    std::size_t pages = 0;
    for (std::string path = "/audit?page_size=2&action=submit"; !path.empty(); ++pages) {
        const Reply reply = api.get(path);
        for (const Json& line : reply.json)
            ids.push_back(line["id"]);
        const std::string link = reply.header("Link");
        path = link.empty() ? "" : link.substr(1, link.find('>') - 1);
    }
    EXPECT_EQ(pages, 3u);
    ASSERT_EQ(ids.size(), 5u);
    EXPECT_TRUE(std::ranges::is_sorted(ids, std::ranges::greater()));
}

TEST(ApiAudit, of_a_job_outlives_it)
{
    TaskFixture api;
    const std::string job = api.create_job();
    EXPECT_EQ(api.post("/jobs/" + job + "/cancel").status, 200);
    EXPECT_EQ(api.send(Method::delete_, "/jobs/" + job).status, 204);
    const Json list = api.get("/audit?object=job&object_id=" + job).json;
    ASSERT_EQ(list.size(), 3u);
    EXPECT_EQ(list[0]["action"], "delete");
    EXPECT_EQ(list[1]["action"], "cancel");
    EXPECT_EQ(list[2]["action"], "submit");
    for (const Json& line : list)
        EXPECT_EQ(line["object_id"], job);
}

} // namespace

} // namespace sluice::audit_test
