// SPDX-License-Identifier: Apache-2.0
#include "api/task_testing.h"

namespace sluice::metrics_test {

namespace {

using namespace testing;

class ApiMetrics : public ::testing::Test {
protected:
    void expect(const std::string& line)
    {
        const Reply reply = api.get("/metrics");
        EXPECT_EQ(reply.status, 200);
        EXPECT_NE(reply.body.find("\n" + line + "\n"), std::string::npos) << line << " is not in\n"
                                                                          << reply.body;
    }

    TaskFixture api;
};

TEST_F(ApiMetrics, are_text_that_prometheus_reads)
{
    const Reply reply = api.get("/metrics");
    EXPECT_EQ(reply.header("Content-Type"), "text/plain; version=0.0.4");
    EXPECT_NE(reply.body.find("# TYPE tasks_created_total counter\n"), std::string::npos);
}

TEST_F(ApiMetrics, count_what_the_answers_say)
{
    const std::string id = api.running_one();
    expect("tasks_created_total 1");
    expect(R"(task_status_transitions_total{from_status="Claimed",to_status="Running"} 1)");
    expect(R"(tasks_by_status{status="running"} 1)");
    api.patch("/task/" + id, patch_of(R"({"status": "Success"})"));
    expect(R"(task_status_transitions_total{from_status="Running",to_status="Success"} 1)");
    expect(R"(tasks_by_status{status="success"} 1)");
    expect(R"(api_http_requests_total{endpoint="/task/{id}",method="PATCH",status="200"} 1)");
}

TEST_F(ApiMetrics, time_tasks_that_end_before_their_start_was_answered)
{
    const std::string id = api.create_one();
    api.claim();
    expect(R"(tasks_by_status{status="claimed"} 1)");
    EXPECT_EQ(api.patch("/task/" + id, patch_of(R"({"status": "Success"})")).status, 200);
    expect(R"(task_duration_seconds_count{kind="k",outcome="success"} 1)");
    expect(R"(task_wait_seconds_count{kind="k"} 1)");
}

TEST_F(ApiMetrics, time_each_task_once)
{
    const std::string id = api.running_one();
    api.patch("/task/" + id, patch_of(R"({"status": "Success"})"));
    expect(R"(task_duration_seconds_count{kind="k",outcome="success"} 1)");
    expect(R"(task_wait_seconds_count{kind="k"} 1)");
}

TEST_F(ApiMetrics, count_links_and_what_follows_from_them)
{
    Json child = new_task("b");
    child["dependencies"] = Json::array({Json::object({{"id", "a"}})});
    const Json tasks = api.create(Json::array({new_task("a"), child}));
    expect("tasks_with_dependencies_total 1");
    api.send(Method::delete_, "/task/" + tasks[0]["id"].get<std::string>());
    expect("tasks_cancelled_total 1");
    expect("tasks_failed_by_dependency_total 1");
    expect(R"(dependency_propagations_total{parent_outcome="canceled"} 1)");
}

} // namespace

} // namespace sluice::metrics_test
