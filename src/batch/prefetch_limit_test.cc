// SPDX-License-Identifier: Apache-2.0
#include "batch/prefetch_limit.h"

#include "async/alongside.h"
#include "async/signal.h"
#include "async/testing.h"
#include "exec/test_dir.h"

#include <gtest/gtest.h>

namespace sluice::prefetch_limit_test {
namespace {

namespace fs = std::filesystem;
using testing::await;

class PrefetchLimitTest : public ::testing::Test {
protected:
    PrefetchLimit limit(std::uint64_t bytes_max)
    {
        const PrefetchLimit::Options options{bytes_max, std::chrono::milliseconds(1)};
        return PrefetchLimit(loop_.get_executor(), threads_, dir_ / "next", options);
    }

    testing::TestDir dir_;
    asio::io_context loop_;
    WorkerThreads threads_{loop_.get_executor(), "test", 1};
};

// Of objects without an end.
Async<Result<void>> fetch_until_stopped(StopEvent& stop, const testing::TestDir& dir)
{
    for (int i = 0; !stop.requested(); ++i) {
        dir.put("next/" + std::to_string(i), std::string(64 << 10, 'x'));
        co_await sleep_for(std::chrono::milliseconds(1));
    }
    co_return Error{Errc::conflict, "stopped"};
}

TEST_F(PrefetchLimitTest, a_full_limit_stops_the_prefetch)
{
    PrefetchLimit limit = this->limit(1 << 20);
    EXPECT_FALSE(await(loop_, alongside(fetch_until_stopped(limit.stop(), dir_), limit.run())));
    EXPECT_GT(bytes_on_disk(dir_ / "next"), 1u << 20);
}

TEST_F(PrefetchLimitTest, what_fits_is_not_stopped)
{
    dir_.put("next/a/b", std::string(64 << 10, 'x'));
    PrefetchLimit limit = this->limit(1 << 20);
    EXPECT_FALSE(await(loop_, limit.is_passed()));
    EXPECT_FALSE(limit.stop().requested());
}

TEST_F(PrefetchLimitTest, objects_that_are_only_linked_take_no_room)
{
    fs::create_directory(dir_ / "next");
    fs::create_hard_link(dir_.put("data", std::string(64 << 10, 'x')), dir_ / "next/hard");
    fs::create_symlink(dir_ / "data", dir_ / "next/soft");
    EXPECT_EQ(bytes_on_disk(dir_ / "next"), 0u);
    EXPECT_EQ(bytes_on_disk(dir_ / "missing"), 0u);
}

} // namespace
} // namespace sluice::prefetch_limit_test
