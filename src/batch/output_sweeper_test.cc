// SPDX-License-Identifier: Apache-2.0
#include "batch/testing.h"

namespace sluice {

namespace {

// Works as a worker that claims and reports by hand.
class OutputSweeping : public testing::BatchTest {
protected:
    OutputSweeping()
    {
        dir_.put("in/a", "x");
        Json spec = pipeline("true", atom("in", "/*"));
        spec["datum_tries"] = 2;
        job_ = create(spec).value().job;
        RegisterWorker worker;
        worker.name = "by-hand";
        worker.kind = RegisterWorker::Kind::remote;
        worker_ = testing::await(loop_, store_->register_worker(worker)).value();
        queues_ = std::make_shared<const QueueFilter>(std::vector<std::string>{"job/*"});
    }

    Leased claim()
    {
        Claim request;
        request.worker = worker_;
        request.queues = queues_;
        return testing::await(loop_, store_->claim(request)).value().at(0);
    }

    Result<std::vector<OutputRow>> announce(const Leased& task, std::string path)
    {
        RegisterOutputs request{task.task, task.run, task.attempt, worker_, {std::move(path)}};
        const Stop never;
        return testing::await(loop_, register_outputs(*store_, *sweeper_, request, never));
    }

    Result<bool> uploaded(const Leased& task, std::string path)
    {
        OutputsUploaded request{task.task, task.run, task.attempt, worker_, {std::move(path)}};
        return testing::await(loop_, store_->outputs_uploaded(request));
    }

    void fail(const Leased& task)
    {
        Finish request;
        request.task = task.task;
        request.run = task.run;
        request.attempt = task.attempt;
        request.worker = worker_;
        request.failure = FailureKind::reported;
        testing::await(loop_, store_->finish(request)).value();
    }

    std::size_t sweep() { return testing::await(loop_, sweeper_->run_once()).value(); }

    Job job_;
    WorkerId worker_;
    std::shared_ptr<const QueueFilter> queues_;
};

} // namespace

TEST_F(OutputSweeping, outputs_of_a_failed_attempt_are_removed_others_stay)
{
    const Leased task = claim();
    announce(task, "dir/x").value();
    dir_.put("out/dir/x", "from the attempt");
    dir_.put("out/y", "from before");
    fail(task);

    EXPECT_EQ(sweep(), 1u);
    EXPECT_EQ(results(), (std::map<std::string, std::string>{{"y", "from before"}}));
    EXPECT_EQ(sweep(), 0u);
}

TEST_F(OutputSweeping, the_next_attempt_gets_the_path_when_the_old_file_is_gone)
{
    const Leased first = claim();
    announce(first, "x").value();
    dir_.put("out/x", "old");
    fail(first);
    const Leased second = claim();

    const std::vector<OutputRow> rows = announce(second, "x").value();

    EXPECT_EQ(rows.at(0).attempt, 2);
    EXPECT_TRUE(results().empty());
}

TEST_F(OutputSweeping, what_one_process_removes_no_other_touches)
{
    const Leased task = claim();
    announce(task, "x").value();
    dir_.put("out/x", "old");
    fail(task);
    TakeDoomed other;
    ASSERT_EQ(testing::await(loop_, store_->take_doomed(other)).value().size(), 1u);

    EXPECT_EQ(sweep(), 0u);
    EXPECT_EQ(results().size(), 1u);
}

TEST_F(OutputSweeping, a_late_upload_of_a_canceled_datum_is_removed)
{
    const Leased task = claim();
    announce(task, "x").value();
    testing::await(loop_, jobs_->cancel(job_.id, "ann")).value();
    EXPECT_EQ(sweep(), 1u);
    dir_.put("out/x", "too late");

    const Result<bool> told = uploaded(task, "x");

    ASSERT_FALSE(told);
    EXPECT_EQ(told.error().code, Errc::conflict);
    EXPECT_EQ(sweep(), 1u);
    EXPECT_TRUE(results().empty());
}

TEST_F(OutputSweeping, a_job_is_not_removed_before_its_doomed_outputs)
{
    const Leased task = claim();
    announce(task, "x").value();
    dir_.put("out/x", "old");
    testing::await(loop_, jobs_->cancel(job_.id, "ann")).value();

    testing::await(loop_, jobs_->remove(job_.id)).value();

    EXPECT_TRUE(results().empty());
}

} // namespace sluice
