// SPDX-License-Identifier: Apache-2.0
#include "engine/submit.h"

#include "engine/testing.h"
#include "store/execution_reads.h"

namespace sluice::submit_test {
namespace {

using testing::EngineTest;

// Gives `total` tasks, at most `piece` at once.
class CountedSource final : public TaskSource {
public:
    CountedSource(std::size_t total, std::size_t piece) : left_(total), piece_(piece) {}

    Async<Result<std::vector<NewTask>>> next(std::size_t limit) override
    {
        const std::size_t count = std::min({left_, piece_, limit});
        left_ -= count;
        std::vector<NewTask> tasks(count);
        for (NewTask& task : tasks)
            task.payload = "{}";
        co_return tasks;
    }

private:
    std::size_t left_;
    std::size_t piece_;
};

class SubmitTest : public EngineTest {
protected:
    Result<Submitted> submit_tasks(std::size_t tasks, std::vector<GraphLink> links = {})
    {
        Submit request;
        request.run.queues = {"q"};
        request.run.timeout = std::chrono::hours(1);
        request.tasks.assign(tasks, named("t"));
        request.links = std::move(links);
        return testing::await(loop, sluice::submit(db.store(), std::move(request)));
    }

    Result<Submitted> submit_source(std::size_t total, std::size_t piece)
    {
        CountedSource source(total, piece);
        NewRun run;
        run.queues = {"q"};
        return testing::await(loop, sluice::submit(db.store(), std::move(run), source));
    }

    RunRow row(RunId id)
    {
        return db.read([id](Reads& reads) { return reads.run(id); }).value().row;
    }

    static std::vector<GraphLink> chain(std::uint32_t length)
    {
        std::vector<GraphLink> links;
        for (std::uint32_t i = 1; i < length; ++i)
            links.push_back({i - 1, i});
        return links;
    }
};

TEST_F(SubmitTest, up_to_the_threshold_is_one_transaction)
{
    const Submitted submitted = submit_tasks(staging_threshold).value();

    EXPECT_FALSE(row(submitted.run).staged);
    EXPECT_EQ(submitted.tasks.size(), staging_threshold);
}

TEST_F(SubmitTest, more_is_staged_and_reads_alike)
{
    const Submitted submitted = submit_tasks(staging_threshold + 1).value();

    const RunRow run = row(submitted.run);
    EXPECT_TRUE(run.staged);
    EXPECT_EQ(run.state, RunState::active);
    EXPECT_EQ(run.counts.total, static_cast<std::int64_t>(staging_threshold) + 1);
    EXPECT_EQ(run.expires_at, clock.wall() + std::chrono::hours(1));
    ASSERT_EQ(submitted.tasks.size(), staging_threshold + 1);
    EXPECT_TRUE(std::is_sorted(submitted.tasks.begin(), submitted.tasks.end()));
}

TEST_F(SubmitTest, links_count_too_and_hold_across_pieces)
{
    const auto length = static_cast<std::uint32_t>(staging_threshold / 2 + 100);
    const Submitted submitted = submit_tasks(length, chain(length)).value();

    EXPECT_TRUE(row(submitted.run).staged);
    EXPECT_TRUE(row(submitted.run).linked);
    EXPECT_EQ(task(submitted.tasks[0]).state, TaskState::pending);
    EXPECT_EQ(task(submitted.tasks[length - 1]).state, TaskState::waiting);
    EXPECT_EQ(task(submitted.tasks[length - 1]).need->unfinished, 1);
}

TEST_F(SubmitTest, a_bad_graph_is_refused_before_anything_is_written)
{
    std::vector<GraphLink> links = chain(3);
    links.push_back({2, 0});

    EXPECT_EQ(submit_tasks(3, links).error().code, Errc::invalid);
    EXPECT_TRUE(db.read([](Reads& reads) { return reads.runs({}); }).empty());
}

TEST_F(SubmitTest, a_source_is_read_to_its_end_whatever_its_pieces)
{
    for (const std::size_t total :
         {std::size_t{0}, std::size_t{1}, staging_threshold - 1, staging_threshold,
          2 * staging_threshold + 7})
        for (const std::size_t piece : {std::size_t{100}, std::size_t{100'000}}) {
            const Submitted submitted = submit_source(total, piece).value();
            EXPECT_EQ(row(submitted.run).counts.total, static_cast<std::int64_t>(total))
                << "pieces of " << piece;
            EXPECT_EQ(
                row(submitted.run).state, total == 0 ? RunState::succeeded : RunState::active
            );
        }
}

TEST_F(SubmitTest, names_parents_over_all_pieces_of_a_large_run)
{
    constexpr std::uint32_t length = 3000; // with its links, too much for one transaction
    Submit request;
    request.run.kind = RunKind::execution;
    request.run.queues = {"q"};
    request.run.execution = NewExecution{WorkflowId{7}, ""};
    request.tasks.assign(length, named("t"));
    for (std::uint32_t i = 1; i < length; ++i)
        request.tasks[i].parents.dependencies = {i - 1};
    request.links = chain(length);
    start();
    const Submitted submitted =
        testing::await(loop, sluice::submit(db.store(), std::move(request))).value();

    for (const std::size_t place : {1U, 1999U, 2000U, 2999U}) {
        ExecutionReads::TaskFilter filter{submitted.run, submitted.tasks.at(place - 1), 1};
        const auto read = db.read([&](Reads& reads) { return reads.executions().tasks(filter); });
        EXPECT_EQ(read.at(0).row.parents, std::to_string(submitted.tasks.at(place - 1).value));
    }
}

} // namespace
} // namespace sluice::submit_test
