// SPDX-License-Identifier: Apache-2.0
#include "api/task_testing.h"

namespace sluice::deliveries_test {

namespace {

using namespace testing;

const std::string made_up = "01890a5d-ac96-774b-bcce-b302099a8057";

const Json with_success = parse_json(R"({"on_success": [{"kind": "Webhook", "params":
    {"url": "http://target.invalid/done", "verb": "Post"}}]})")
                              .value();

// A task that has succeeded, and owes a webhook for that.
std::string succeeded_one(TaskFixture& api)
{
    const std::string id = api.running_one(with_success);
    EXPECT_EQ(api.patch("/task/" + id, patch_of(R"({"status": "Success"})")).status, 200);
    return id;
}

TEST(ApiDeliveries, what_a_task_owes_is_listed)
{
    TaskFixture api;
    const std::string task = succeeded_one(api);
    const Json list = api.get("/deliveries?status=waiting&trigger=on_success").json;
    ASSERT_EQ(list.size(), 1u);
    EXPECT_EQ(list[0]["task_id"], task);
    EXPECT_EQ(list[0]["batch_id"], api.task(task)["batch_id"]);
    EXPECT_EQ(list[0]["trigger"], "End");
    EXPECT_EQ(list[0]["condition"], "success");
    EXPECT_EQ(list[0]["idempotency_key"], task + ":end:success");
    EXPECT_FALSE(list[0]["next_try_at"].is_null());
    EXPECT_EQ(api.get("/deliveries/" + list[0]["id"].get<std::string>()).json, list[0]);
    EXPECT_EQ(api.get("/deliveries?status=dead").json, Json::array());
    EXPECT_EQ(api.get("/deliveries?task_id=" + made_up).json, Json::array());
    EXPECT_EQ(api.get("/deliveries/" + made_up).json["status"], 404);
}

TEST(ApiDeliveries, a_dead_one_is_inspected_and_sent_again)
{
    TaskFixture api;
    succeeded_one(api);
    api.bury_deliveries();
    const Json dead = api.get("/deliveries?status=dead").json;
    ASSERT_EQ(dead.size(), 1u);
    EXPECT_EQ(dead[0]["answered_status"], 500);
    EXPECT_EQ(dead[0]["reason"], "answered 500");
    EXPECT_EQ(dead[0]["answer"], "oh");
    EXPECT_EQ(dead[0]["tries"], 1);
    const std::string path = "/deliveries/" + dead[0]["id"].get<std::string>();
    EXPECT_EQ(api.post(path + "/redeliver").json["redelivered"], 1);
    EXPECT_EQ(api.get(path).json["status"], "waiting");
    EXPECT_EQ(api.post(path + "/redeliver").json["status"], 400) << "it is not dead";
    EXPECT_EQ(api.post("/deliveries/" + made_up + "/redeliver").json["status"], 404);
}

TEST(ApiDeliveries, dead_ones_are_sent_again_by_filter)
{
    TaskFixture api;
    const std::string one = succeeded_one(api);
    succeeded_one(api);
    api.bury_deliveries();
    const auto redeliver = [&](const Json& filter) {
        return api.post("/deliveries/redeliver", filter);
    };
    EXPECT_EQ(redeliver(patch_of(R"({"trigger": "on_cancel"})")).json["redelivered"], 0);
    EXPECT_EQ(redeliver(Json::object({{"batch_id", made_up}})).json["redelivered"], 0);
    EXPECT_EQ(redeliver(Json::object({{"task_id", one}})).json["redelivered"], 1);
    EXPECT_EQ(redeliver(Json::object()).json["redelivered"], 1);
    EXPECT_EQ(redeliver(Json::object()).json["redelivered"], 0);
    const Reply bad = redeliver(Json::object({{"task_id", "x"}}));
    EXPECT_EQ(bad.status, 400);
    EXPECT_EQ(bad.json["details"].size(), 1u);
}

} // namespace

} // namespace sluice::deliveries_test
