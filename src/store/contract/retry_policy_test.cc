// SPDX-License-Identifier: Apache-2.0
// Which failures are tried again, and when, as the policy of a task says. The rule itself is tested
// in model/retry_test.cc.
#include "store/contract/contract.h"

namespace sluice::retry_policy_test {

class RetryPolicies : public StoreContract {
protected:
    static Retry three_tries()
    {
        Retry retry;
        retry.tries_max = 3;
        retry.delay_initial = 10s;
        return retry;
    }

    Submitted submit_one(Retry retry)
    {
        Submit request = new_run(1);
        request.tasks[0].retry = std::move(retry);
        return submit(std::move(request));
    }

    Finish failure(std::string error)
    {
        Finish report = failure_of(claim_one(w), w);
        report.error = std::move(error);
        return report;
    }

    // How long after the report; nothing: the task has failed for good.
    std::optional<Micros> waits(const Finish& report)
    {
        const Finished answer = db(report).value();
        EXPECT_EQ(answer.state, answer.run_at ? TaskState::pending : TaskState::failed);
        if (!answer.run_at)
            return std::nullopt;
        return *answer.run_at - db.store().clock().now();
    }
    std::optional<Micros> waits(const std::string& error) { return waits(failure(error)); }

    const WorkerId w = worker(1h);
};

TEST_P(RetryPolicies, may_grow_linearly)
{
    Retry retry = three_tries();
    retry.growth = Growth::linear;
    retry.factor = 1.5;
    submit_one(retry);
    EXPECT_EQ(waits("one"), Micros(15s));
    clock.advance(15s);
    ASSERT_EQ(db(Tick{}).value(), 1u);
    EXPECT_EQ(waits("two"), Micros(30s));
    clock.advance(30s);
    ASSERT_EQ(db(Tick{}).value(), 1u);
    EXPECT_EQ(waits("three"), std::nullopt) << "those were all tries";
}

TEST_P(RetryPolicies, may_try_nothing_again)
{
    Retry retry = three_tries();
    retry.when = RetryWhen::never;
    submit_one(retry);
    EXPECT_EQ(waits("connection refused"), std::nullopt);
}

TEST_P(RetryPolicies, may_try_again_what_passes_by_itself)
{
    Retry retry = three_tries();
    retry.when = RetryWhen::transient;
    submit_one(retry);
    EXPECT_EQ(waits("ValueError: boom"), std::nullopt);
    submit_one(retry);
    EXPECT_EQ(waits("Connection refused"), Micros(10s)) << "it says so";
    submit_one(retry);
    Finish report = failure("the table is locked");
    report.is_transient = true;
    EXPECT_EQ(waits(report), Micros(10s)) << "who ran it says so";
}

TEST_P(RetryPolicies, of_what_passes_by_itself_try_timeouts_again)
{
    Retry retry = three_tries();
    retry.when = RetryWhen::transient;
    Submit request = new_run(2);
    for (NewTask& task : request.tasks)
        task.timeout = 5s;
    request.tasks[0].retry = retry;
    retry.when = RetryWhen::never;
    request.tasks[1].retry = retry;
    const Submitted submitted = submit(std::move(request));
    ASSERT_EQ(claim(w).size(), 2u);
    clock.advance(6s);
    ASSERT_EQ(db(Expire{}).value(), 2u);
    EXPECT_EQ(state(submitted.tasks[0]), TaskState::pending);
    EXPECT_EQ(state(submitted.tasks[1]), TaskState::failed);
}

TEST_P(RetryPolicies, may_try_again_what_says_certain_words)
{
    Retry retry = three_tries();
    retry.when = RetryWhen::patterns;
    retry.patterns = {"deadlock", "busy"};
    submit_one(retry);
    EXPECT_EQ(waits("Deadlock detected"), Micros(10s));
    submit_one(retry);
    EXPECT_EQ(waits("division by zero"), std::nullopt);
}

TEST_P(RetryPolicies, leave_the_delay_to_a_report_that_names_one)
{
    submit_one(three_tries());
    Finish report = failure("one");
    report.retry_after = 77s;
    EXPECT_EQ(waits(report), Micros(77s));
    clock.advance(77s);
    ASSERT_EQ(db(Tick{}).value(), 1u);
    report = failure("two");
    report.retry_after = Micros{-5};
    EXPECT_EQ(waits(report), Micros{0});
    report = failure("three");
    report.retry_after = 77s;
    EXPECT_EQ(waits(report), std::nullopt) << "it is no permission";
}

INSTANTIATE_TEST_SUITE_P(Dialects, RetryPolicies, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::retry_policy_test
