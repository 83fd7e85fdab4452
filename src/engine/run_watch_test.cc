// SPDX-License-Identifier: Apache-2.0
#include "engine/run_watch.h"

#include "engine/testing.h"

namespace sluice::run_watch_test {
namespace {

using testing::EngineTest;
using testing::turn_until;
using namespace std::chrono_literals;

class RunWatchTest : public EngineTest {
protected:
    Result<Reads::Run> wait(RunId run, std::chrono::steady_clock::duration limit)
    {
        return testing::await(loop, engine->runs().wait(run, limit));
    }
};

TEST_F(RunWatchTest, returns_at_once_when_the_run_is_final)
{
    start();
    const Submitted submitted = submit({});

    EXPECT_EQ(wait(submitted.run, 1h)->row.state, RunState::succeeded);
}

TEST_F(RunWatchTest, is_woken_by_the_commit_that_ends_the_run)
{
    serve(1);
    const Submitted submitted = submit({"hold"});
    turn_until(loop, [&] { return executor.holding() == 1; });
    std::optional<RunState> state;
    asio::co_spawn(
        loop, engine->runs().wait(submitted.run, 1h),
        [&](std::exception_ptr, Result<Reads::Run> run) { state = run.value().row.state; }
    );
    const auto began = std::chrono::steady_clock::now();
    executor.let_go();
    turn_until(loop, [&] { return state.has_value(); });

    EXPECT_EQ(state, RunState::succeeded);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 4s) << "the safety net looks after 5 s";
}

TEST_F(RunWatchTest, gives_the_run_as_it_is_when_the_limit_has_passed)
{
    start();
    const Submitted submitted = submit({"hold"});

    EXPECT_EQ(wait(submitted.run, 0s)->row.state, RunState::active);
    EXPECT_EQ(wait(submitted.run, 5ms)->row.state, RunState::active);
}

TEST_F(RunWatchTest, a_run_that_does_not_exist_is_not_found)
{
    start();

    EXPECT_EQ(wait(RunId{99}, 1h).error().code, Errc::not_found);
}

} // namespace
} // namespace sluice::run_watch_test
