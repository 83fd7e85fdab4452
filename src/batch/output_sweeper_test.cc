// SPDX-License-Identifier: Apache-2.0
#include "batch/testing.h"

namespace sluice::output_sweeper_test {

namespace {

class SilentBlobs final : public BlobStore {
public:
    std::unique_ptr<BlobListing> list(std::string, ListDepth) override { return nullptr; }
    Async<Result<void>> fetch(std::vector<Transfer>, TransferOptions) override { return never(); }
    Async<Result<void>> upload(std::vector<Transfer>, TransferOptions) override { return never(); }
    Async<Result<void>> remove(std::string, std::vector<std::string>) override { return never(); }
    Async<Result<void>> check_writable(std::string) override { return never(); }

private:
    static Async<Result<void>> never()
    {
        asio::steady_timer timer(
            co_await asio::this_coro::executor, asio::steady_timer::time_point::max()
        );
        co_await timer.async_wait(asio::use_awaitable);
        co_return Result<void>();
    }
};

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

    Result<OutputsRegistered> announce(const Leased& task, std::string path, Micros leave = {})
    {
        RegisterOutputs request{task.task, task.run, task.attempt, worker_, {std::move(path)}};
        request.leave = leave;
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

    // Another process, whose storage does not answer.
    Result<std::size_t> sweep_in_vain()
    {
        OneBlobStore silent(std::make_shared<SilentBlobs>());
        OutputSweeper other(loop_.get_executor(), *store_, silent, Log(), removal_time_);
        return testing::await(loop_, other.run_once());
    }

    std::chrono::milliseconds removal_time_{1};
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

    const std::vector<OutputRow> rows = announce(second, "x").value().outputs;

    EXPECT_EQ(rows.at(0).attempt, 2);
    EXPECT_TRUE(results().empty());
}

TEST_F(OutputSweeping, a_leave_counts_from_the_call_however_long_that_waits)
{
    const Micros minute = std::chrono::minutes(1);
    const Leased first = claim();
    EXPECT_EQ(announce(first, "x", minute).value().leave, minute);
    EXPECT_TRUE(uploaded(first, "x"));
    fail(first);
    const Leased second = claim();
    EXPECT_GT(announce(second, "x", minute).value().leave, minute); // the old file went first
}

TEST_F(OutputSweeping, what_one_process_removes_no_other_touches)
{
    const Leased task = claim();
    announce(task, "x").value();
    dir_.put("out/x", "old");
    fail(task);
    TakeDoomed other;
    ASSERT_EQ(testing::await(loop_, store_->take_doomed(other)).value().rows.size(), 1u);

    EXPECT_EQ(sweep(), 0u);
    EXPECT_EQ(results().size(), 1u);
}

TEST_F(OutputSweeping, a_removal_ends_before_others_may_take_what_it_removes)
{
    const Leased task = claim();
    announce(task, "x").value();
    dir_.put("out/x", "old");
    fail(task);

    EXPECT_EQ(sweep_in_vain().error().code, Errc::timed_out);

    EXPECT_EQ(results().size(), 1u);
    EXPECT_EQ(sweep(), 0u) << "it is taken still";
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

TEST_F(OutputSweeping, what_may_still_be_uploaded_stays_until_the_attempt_says_that_it_is_over)
{
    const Leased task = claim();
    announce(task, "x", std::chrono::hours(1)).value();
    testing::await(loop_, jobs_->cancel(job_.id, "ann")).value();
    dir_.put("out/x", "on its way");
    EXPECT_EQ(sweep(), 0u);

    EXPECT_EQ(uploaded(task, "x").error().code, Errc::conflict);

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

} // namespace sluice::output_sweeper_test
