// SPDX-License-Identifier: Apache-2.0
#include "api/testing.h"

namespace sluice::upload_leave_test {

namespace {

using namespace testing;

class ApiUploadLeave : public ::testing::Test {
protected:
    Json pod(Json extra = Json::object())
    {
        Json body{{"pod_name", "w1"}, {"attempt", 1}};
        body.update(extra);
        return body;
    }

    Reply announce()
    {
        const Json file{{"uri", "file://" + api.directory / "out/a"}};
        return api.post(datum + "/output_files", pod({{"output_files", Json::array({file})}}));
    }

    Reply uploaded(const Json& announced)
    {
        const Json file{{"id", announced["output_files"][0]["id"]}, {"status", "done"}};
        return api.patch(datum + "/output_files", pod({{"output_files", Json::array({file})}}));
    }

    // Outputs that may be removed now.
    std::size_t doomed()
    {
        const TakeDoomed request;
        return await(api.loop, api.store->take_doomed(request)).value().rows.size();
    }

    ApiFixture api;
    const std::string job = api.create_job(1);
    const std::string datum = "/datums/" + api.reserve(job, "w1")["datum"]["id"].get<std::string>();
};

TEST_F(ApiUploadLeave, comes_with_the_announcement_and_is_extended)
{
    EXPECT_EQ(announce().json["leave_ms"], 60'000);
    const Reply more = api.post(datum + "/upload_leave", pod());
    EXPECT_EQ(more.status, 200);
    EXPECT_EQ(more.json["leave_ms"], 60'000);
}

TEST_F(ApiUploadLeave, is_only_for_who_holds_the_datum_and_has_announced_something)
{
    EXPECT_EQ(api.post(datum + "/upload_leave", pod()).status, 403);
    announce();
    EXPECT_EQ(api.post(datum + "/upload_leave", pod({{"pod_name", "w2"}})).status, 403);
    EXPECT_EQ(api.post(datum + "/upload_leave", pod({{"attempt", 2}})).status, 403);
    EXPECT_EQ(api.post("/datums/none/upload_leave", pod()).status, 404);
    EXPECT_EQ(api.post(datum + "/upload_leave", Json::object()).status, 400);
}

TEST_F(ApiUploadLeave, protects_what_a_worker_may_be_uploading_until_it_says_that_it_is_over)
{
    const Reply announced = announce();
    EXPECT_EQ(api.post("/jobs/" + job + "/cancel").status, 200);
    EXPECT_EQ(api.post(datum + "/upload_leave", pod()).status, 403);
    EXPECT_EQ(doomed(), 0u);
    EXPECT_EQ(uploaded(announced.json).status, 403);
    EXPECT_EQ(doomed(), 1u);
}

} // namespace

} // namespace sluice::upload_leave_test
