// SPDX-License-Identifier: Apache-2.0
#include "api/store_breaker.h"

#include "store/store.h"
#include "store/testing/driver.h"
#include "store/testing/manual_clock.h"
#include "tasks/service_meter.h"

#include <gtest/gtest.h>

namespace sluice::store_breaker_test {
namespace {

using namespace std::chrono_literals;

class StoreBreakerTest : public ::testing::Test {
protected:
    // A request that the database has answered.
    bool serve()
    {
        std::optional<StoreBreaker::Pass> pass = breaker.enter();
        if (pass)
            pass->answered(200);
        return pass.has_value();
    }

    asio::io_context loop;
    testing::ManualClock clock;
    testing::Driver db{loop, ":memory:", clock};
    ProcessMetrics metrics;
    StoreBreaker breaker{db.store(), metrics.service.store, {}};
};

TEST_F(StoreBreakerTest, lets_everything_through_while_the_database_answers)
{
    for (int i = 0; i < 100; ++i)
        EXPECT_TRUE(serve());
}

TEST_F(StoreBreakerTest, does_not_count_a_503_that_is_not_the_databases)
{
    for (int i = 0; i < 100; ++i) {
        std::optional<StoreBreaker::Pass> pass = breaker.enter();
        ASSERT_TRUE(pass);
        pass->answered(503);
    }
}

TEST_F(StoreBreakerTest, tells_when_to_come_again)
{
    const Response refusal = breaker.refusal();
    EXPECT_EQ(refusal.status, 503);
    EXPECT_EQ(refusal.headers.find("Retry-After"), "1");
}

} // namespace
} // namespace sluice::store_breaker_test
