// SPDX-License-Identifier: Apache-2.0
#include "api/task_testing.h"
#include "model/object_uri.h"

namespace sluice::task_lists_test {

namespace {

using namespace testing;

const std::string made_up = "01890a5d-ac96-774b-bcce-b302099a8057";

std::string next_of(const Reply& reply)
{
    const std::string link = reply.header("Link");
    return link.empty() ? "" : link.substr(1, link.find('>') - 1);
}

TEST(ApiTaskList, is_newest_first_and_comes_in_pages)
{
    TaskFixture api;
    Json body = Json::array();
    for (int i = 0; i < 5; ++i)
        body.push_back(new_task(std::to_string(i)));
    const Json tasks = api.create(body);

    const Reply first = api.get("/task?page_size=2");
    ASSERT_EQ(first.json.size(), 2u);
    EXPECT_EQ(first.json[0]["id"], tasks[4]["id"]);
    EXPECT_EQ(first.json[1]["id"], tasks[3]["id"]);
    EXPECT_FALSE(first.json[0].contains("actions"));
    EXPECT_EQ(api.get("/task?page_size=2&page=2").json[0]["id"], tasks[0]["id"]);
    EXPECT_EQ(api.get("/task?page_size=2&page=99999999999999999999").json, Json::array());

    std::vector<std::string> seen;
    for (std::string path = "/task?page_size=2"; !path.empty();) {
        const Reply page = api.get(path);
        for (const Json& task : page.json)
            seen.push_back(task["id"]);
        path = next_of(page);
    }
    ASSERT_EQ(seen.size(), 5u);
    for (std::size_t i = 0; i < 5; ++i)
        EXPECT_EQ(seen[i], tasks[4 - i]["id"]);
}

TEST(ApiTaskList, a_task_is_all_of_what_is_asked_for)
{
    TaskFixture api;
    const Json wanted = Json::object(
        {{"name", "50% off_"},
         {"kind", "Build"},
         {"timeout", 7},
         {"group_id", "g"},
         {"metadata", Json::object({{"a", Json::array({1, 2})}, {"b", 1}})}}
    );
    const Json made = api.create(Json::array({new_task("a", wanted), new_task("b")}));
    const std::string batch = made[0]["batch_id"];
    for (const std::string& filter :
         {std::string("name=0%25%20off_"), std::string("kind=uil"), std::string("timeout=7"),
          std::string("group_id=g"), "metadata=" + percent_encode(R"({"a":[2]})"),
          "name=off&kind=Build&status=Pending&batch_id=" + batch}) {
        const Json found = api.get("/task?" + filter).json;
        ASSERT_EQ(found.size(), 1u) << filter;
        EXPECT_EQ(found[0]["id"], made[0]["id"]) << filter;
    }
    for (const std::string& filter :
         {std::string("kind=build"), std::string("status=Running"), std::string("name=%25k"),
          std::string("deleted=true"), "batch_id=" + made_up, "before=" + made_up})
        EXPECT_EQ(api.get("/task?" + filter).json, Json::array()) << filter;
    EXPECT_EQ(api.get("/task?batch_id=" + batch + "&unknown=1").json.size(), 2u);
}

TEST(ApiTaskList, a_bad_value_is_400_and_named)
{
    TaskFixture api;
    for (const char* path :
         {"/task?page=x", "/task?status=pending", "/task?metadata=%7B", "/task?batch_id=7",
          "/batches?status=done", "/batches?created_after=now", "/deliveries?status=lost",
          "/deliveries?task_id=x"}) {
        const Reply reply = api.get(path);
        EXPECT_EQ(reply.status, 400) << path;
        EXPECT_EQ(reply.json["status"], 400) << path;
        const std::string text(path);
        const std::size_t mark = text.find('?') + 1;
        const std::string name = text.substr(mark, text.find('=') - mark);
        EXPECT_TRUE(reply.error().starts_with("Bad request: query parameter " + name))
            << reply.body;
    }
}

} // namespace

} // namespace sluice::task_lists_test
