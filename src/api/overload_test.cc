// SPDX-License-Identifier: Apache-2.0
#include "api/task_testing.h"
#include "store/testing/gate.h"

#include <fmt/format.h>

namespace sluice::overload_test {

namespace {

using namespace testing;

constexpr std::size_t limit = 5;

ApiServer::Options options()
{
    ApiServer::Options options;
    options.writes_waiting_max = limit;
    options.key_cache = 1h;
    return options;
}

class Overload : public ::testing::Test {
protected:
    // So many reports wait for the database, beside the one that it is busy with.
    void report(std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i) {
            reports.push_back(
                api.begin(Method::put, "/task/" + task, patch_of(R"({"new_success": 1})"))
            );
            while (!gate.is_reached())
                api.settle();
        }
    }
    // How many of them were accepted; the others were sent away.
    std::size_t finish_reports()
    {
        gate.open();
        std::size_t accepted = 0;
        for (const auto& each : reports) {
            const Reply reply = api.finish(*each);
            accepted += reply.status == 202;
            if (reply.status != 202) {
                EXPECT_EQ(reply.status, 503);
                EXPECT_EQ(reply.header("Retry-After"), "1");
            }
        }
        return accepted;
    }

    asio::io_context unused;
    Gate gate{unused.get_executor()};
    TaskFixture api{options(), &gate};
    const std::string task = api.running_one();
    std::vector<std::unique_ptr<PendingRequest>> reports;
};

TEST_F(Overload, submissions_are_sent_away_before_reports)
{
    gate.close_at(1);
    report(limit + 1);
    const Reply refused = api.post("/task", Json::array({new_task("b")}));
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.header("Retry-After"), "1");
    report(1);
    EXPECT_EQ(finish_reports(), limit + 2);
    EXPECT_EQ(api.task(task)["success"], limit + 2);
    const std::string metrics = api.get("/metrics").body;
    EXPECT_NE(metrics.find("\nstore_overload_total 1\n"), std::string::npos);
    EXPECT_NE(metrics.find("\ntasks_db_save_failures_total 1\n"), std::string::npos);
}

// The engine writes, too: one or two of those that wait may be its own.
TEST_F(Overload, reports_are_sent_away_at_twice_the_limit)
{
    gate.close_at(1);
    report(2 * limit + 2);
    const std::size_t accepted = finish_reports();
    EXPECT_LE(accepted, 2 * limit + 1);
    EXPECT_GE(accepted, 2 * limit - 1);
    EXPECT_EQ(api.task(task)["success"], accepted);
    const std::string metrics = api.get("/metrics").body;
    const std::size_t refused = reports.size() - accepted;
    EXPECT_NE(
        metrics.find(fmt::format("\nbatch_update_failures_total {}\n", refused)), metrics.npos
    );
}

} // namespace

} // namespace sluice::overload_test
