// SPDX-License-Identifier: Apache-2.0
#include "api/task_testing.h"

namespace sluice::groups_test {

namespace {

using namespace testing;

Json in_group(const std::string& local, const std::string& group)
{
    return new_task(local, Json::object({{"group_id", group}, {"expected_count", 2}}));
}

TEST(ApiGroups, add_up_tasks_of_several_batches)
{
    TaskFixture api;
    api.create(Json::array({in_group("a", "g"), in_group("b", "g"), in_group("c", "other")}));
    const Json second = api.create(Json::array({in_group("a", "g")}));
    api.send(
        Method::put, "/task/" + second[0]["id"].get<std::string>(),
        patch_of(R"({"new_success": 2, "new_failures": 1})")
    );
    const Json group = api.get("/groups/g").json;
    EXPECT_EQ(group["group_id"], "g");
    EXPECT_EQ(group["total_tasks"], 3);
    EXPECT_EQ(group["total_success"], 2);
    EXPECT_EQ(group["total_failures"], 1);
    EXPECT_EQ(group["total_expected"], 6);
    EXPECT_EQ(group["status_counts"]["pending"], 3);
    EXPECT_EQ(api.get("/groups/g/stats").json, group);
    EXPECT_EQ(api.get("/groups/unknown").json["status"], 404);
}

TEST(ApiGroups, are_listed_by_their_newest_tasks)
{
    TaskFixture api;
    EXPECT_EQ(api.get("/groups").json, Json::array());
    for (const std::string group : {"b", "a", "c", "b"})
        api.create(Json::array({in_group("x", group)}));
    Json names = Json::array();
    for (const Json& group : api.get("/groups").json)
        names.push_back(group["group_id"]);
    EXPECT_EQ(names, Json::array({"b", "c", "a"}));
    const Reply page = api.get("/groups?page_size=2&page=1");
    ASSERT_EQ(page.json.size(), 1u);
    EXPECT_EQ(page.json[0]["group_id"], "a");
    EXPECT_EQ(page.json[0]["kinds"], Json::array({"k"}));
}

TEST(ApiGroups, are_paused_resumed_and_canceled_over_all_batches)
{
    TaskFixture api;
    api.create(Json::array({in_group("a", "g"), in_group("b", "other")}));
    api.create(Json::array({in_group("a", "g")}));
    EXPECT_EQ(api.patch("/groups/g/pause", nullptr).json["paused_pending"], 2);
    EXPECT_EQ(api.get("/groups/g").json["status_counts"]["paused"], 2);
    EXPECT_EQ(api.patch("/groups/g/resume", nullptr).json["resumed"], 2);
    const Json canceled = api.send(Method::delete_, "/groups/g").json;
    EXPECT_EQ(canceled["group_id"], "g");
    EXPECT_EQ(canceled["canceled_pending"], 2);
    EXPECT_EQ(api.get("/groups/other").json["status_counts"]["pending"], 1);
    EXPECT_EQ(api.send(Method::delete_, "/groups/g").json["already_terminal"], 2);
    EXPECT_EQ(api.send(Method::delete_, "/groups/unknown").status, 404);
}

TEST(ApiGroups, all_of_whose_tasks_are_hidden_take_no_place_on_a_page)
{
    TaskFixture api;
    for (const std::string group : {"a", "b", "c"})
        api.create(Json::array({in_group("x", group)}));
    const std::string hidden = api.create(Json::array({in_group("x", "z")}))[0]["id"];
    api.send(Method::delete_, "/task/" + hidden);
    EXPECT_EQ(api.send(Method::delete_, "/task/" + hidden + "?purge=soft").status, 200);
    const Reply page = api.get("/groups?page_size=2");
    ASSERT_EQ(page.json.size(), 2u) << page.body;
    EXPECT_EQ(page.json[0]["group_id"], "c");
    EXPECT_FALSE(page.header("Link").empty());
    EXPECT_EQ(api.get("/groups/z").status, 404);
    EXPECT_EQ(api.get("/groups?page_size=2&page=1").json.size(), 1u);
}

TEST(ApiGroups, no_group_is_named_by_bytes_that_are_no_text)
{
    TaskFixture api;
    for (const std::string path : {"/groups/%FF", "/groups/a%00b"}) {
        EXPECT_EQ(api.get(path).status, 404) << path;
        EXPECT_EQ(api.send(Method::delete_, path).status, 404) << path;
        EXPECT_EQ(api.patch(path + "/pause", nullptr).status, 404) << path;
    }
}

} // namespace

} // namespace sluice::groups_test
