// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.h"

#include "base/random.h"
#include "engine/testing.h"

#include <fmt/format.h>

#include <set>

namespace sluice::engine_test {
namespace {

using testing::EngineTest;
using testing::turn_until;

constexpr std::array all_conditions{
    LinkCondition::on_success, LinkCondition::on_failure, LinkCondition::always,
    LinkCondition::not_failed};

// A run and what its tasks do when they are executed.
struct Plan {
    Submit request;
    std::vector<int> failures;       // attempts that fail first
    std::vector<TaskState> expected; // by the rules of docs/architecture.md, worked out here
};

Plan random_plan(std::uint64_t seed)
{
    SeededRandom random(seed);
    Plan plan;
    plan.request.run.kind = RunKind::execution;
    plan.request.run.queues = {"q"};
    const std::size_t count = 1 + random.next() % 30;
    for (std::uint32_t child = 0; child < count; ++child) {
        NewTask task;
        task.name = fmt::format("ok {}-{}", seed, child);
        task.payload = "{}";
        task.retry.tries_max = 1 + static_cast<int>(random.next() % 3);
        task.priority = static_cast<int>(random.next() % 5);
        plan.failures.push_back(static_cast<int>(random.next() % 4));
        const bool may_fail = random.next() % 2 == 0;
        std::set<std::uint32_t> parents;
        for (std::size_t i = random.next() % 4; child > 0 && i > 0; --i)
            parents.insert(static_cast<std::uint32_t>(random.next() % child));
        // All links of one child do the same when they are unmet, as those from a skipped parent
        // do: otherwise the order in which its parents happen to end would decide.
        const bool is_skipped = std::ranges::any_of(parents, [&](std::uint32_t parent) {
            return plan.expected[parent] == TaskState::skipped;
        });
        const Unmet unmet = may_fail && !is_skipped ? Unmet::fail : Unmet::skip;
        bool holds = true;
        for (const std::uint32_t parent : parents) {
            const LinkCondition condition = all_conditions[random.next() % 4];
            plan.request.links.push_back({parent, child, condition, unmet});
            holds = holds && is_met(condition, plan.expected[parent]);
        }
        const bool succeeds = plan.failures.back() < task.retry.tries_max;
        const TaskState alone = succeeds ? TaskState::succeeded : TaskState::failed;
        const TaskState without = unmet == Unmet::fail ? TaskState::failed : TaskState::skipped;
        plan.expected.push_back(holds ? alone : without);
        plan.request.tasks.push_back(std::move(task));
    }
    return plan;
}

class EngineRuns : public EngineTest {};

TEST_F(EngineRuns, random_graphs_end_as_a_reference_model_says)
{
    serve(7);
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        const Plan plan = random_plan(seed);
        for (std::size_t i = 0; i < plan.failures.size(); ++i)
            executor.failures_left[plan.request.tasks[i].name] = plan.failures[i];
        const Submitted submitted = db(plan.request).value();
        finish(submitted.run);
        for (std::size_t i = 0; i < plan.expected.size(); ++i)
            EXPECT_EQ(task(submitted.tasks[i]).state, plan.expected[i])
                << "seed " << seed << ", task " << i;
    }
}

TEST_F(EngineRuns, many_runs_at_once_all_end)
{
    serve(50);
    std::vector<Submitted> runs;
    std::vector<Plan> plans;
    for (std::uint64_t seed = 1000; seed < 1050; ++seed) {
        plans.push_back(random_plan(seed));
        for (std::size_t i = 0; i < plans.back().failures.size(); ++i)
            executor.failures_left[plans.back().request.tasks[i].name] = plans.back().failures[i];
        runs.push_back(db(plans.back().request).value());
    }
    for (std::size_t run = 0; run < runs.size(); ++run) {
        finish(runs[run].run);
        for (std::size_t i = 0; i < plans[run].expected.size(); ++i)
            EXPECT_EQ(task(runs[run].tasks[i]).state, plans[run].expected[i])
                << "seed " << 1000 + run << ", task " << i;
    }
}

TEST_F(EngineRuns, every_listener_hears_of_commits)
{
    start();
    int heard = 0;
    engine->on_changes([&](const Changes&) { ++heard; });
    engine->on_changes([&](const Changes&) { ++heard; });
    submit({"ok"});
    loop.poll();

    EXPECT_GE(heard, 2);
}

TEST_F(EngineRuns, work_of_which_no_news_came_is_found_by_looking)
{
    options.pulse = std::chrono::milliseconds(1);
    serve(1);
    turn_until(loop, [&] { return loop.poll() == 0; }); // its first claim has found nothing
    db.store().on_changes(nullptr);

    const Submitted submitted = submit({"ok"});

    turn_until(loop, [&] { return task(submitted.tasks[0]).state == TaskState::succeeded; });
}

TEST_F(EngineRuns, the_worker_is_gone_after_a_stop)
{
    serve(1);
    testing::await(loop, engine->stop(std::chrono::seconds(0)));
    engine.reset();

    const auto workers = db.read([](Reads& reads) { return reads.workers(); });
    ASSERT_EQ(workers.size(), 1u);
    EXPECT_LE(workers[0].until, clock.wall());
}

} // namespace
} // namespace sluice::engine_test
