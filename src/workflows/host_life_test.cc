// SPDX-License-Identifier: Apache-2.0
// How a Host begins, ends and breaks.
#include "base/assert.h"
#include "base/guarded.h"
#include "workflows/host_testing.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

namespace sluice::host_life_test {
namespace {

using namespace testing;

using Kind = CallError::Kind;

class HostLifeTest : public HostTest {
protected:
    // A workflow "held" whose bodies wait until the test lets them go on.
    RegisteredWorkflow held()
    {
        return registered("held", {task_with("t", {}, [this](BodyAttempt&) {
                              barrier.wait();
                              return BodyEnd{};
                          })});
    }

    Barrier barrier;
};

Kind kind_of(const PendingPtr<SharedReport>& pending)
{
    return answer_of(pending).error().kind;
}

TEST_P(HostLifeTest, options_out_of_their_bounds_are_all_named)
{
    HostOptions bad = options();
    bad.slots = 0;
    bad.heartbeat = std::chrono::milliseconds(10);
    bad.cron.catchup_ticks_max = 0;
    const CallError error = Host::open(bad).error();
    EXPECT_EQ(error.kind, Kind::invalid);
    const std::vector<std::string> problems{
        "max_concurrent_tasks: 1 to 10,000 is accepted, not 0",
        "heartbeat: at least 100 ms is accepted, not 10 ms",
        "max_catchup_executions: 1 to 10,000 is accepted, not 0"};
    EXPECT_EQ(error.problems, problems);
}

TEST_P(HostLifeTest, a_database_that_cannot_be_opened_is_told)
{
    HostOptions bad = options();
    bad.url = "mysql://x";
    EXPECT_EQ(Host::open(bad).error().kind, Kind::invalid);
}

TEST(HostOpening, refuses_a_file_that_is_no_database_as_a_fault_of_who_has_named_it)
{
    const std::unique_ptr<TestDatabase> database = make_database(Dialect::sqlite_file);
    std::ofstream(database->url()) << std::string(10'000, 'x');
    HostOptions options;
    options.url = database->url();
    const CallError error = Host::open(options).error();
    EXPECT_EQ(error.kind, Kind::invalid) << "no Runner is broken";
    EXPECT_NE(error.text.find("is not an SQLite database"), std::string::npos) << error.text;
}

TEST_P(HostLifeTest, a_shutdown_answers_all_who_wait_and_the_runs_go_on_elsewhere)
{
    const auto host = open();
    ASSERT_TRUE(host->add(held()));
    std::vector<FollowedRunPtr> runs;
    for (int i = 0; i < 100; ++i)
        runs.push_back(begin(*host, "held"));
    std::thread ends([&] { host->shutdown(Micros{0}); });
    for (const FollowedRunPtr& run : runs)
        EXPECT_EQ(kind_of(run->end()), Kind::closed);
    barrier.open();
    ends.join();
    EXPECT_EQ(kind_of(runs[0]->report()), Kind::closed);
    EXPECT_EQ(answer_of(host->submit("held", "")).error().kind, Kind::closed);
    EXPECT_EQ(host->add(held()).error().kind, Kind::closed);
    while (host->shutdown(Micros{0}) > 0)
        std::this_thread::yield(); // until the last body has ended

    const auto next = open();
    ASSERT_TRUE(next->add(held()));
    for (const FollowedRunPtr& run : runs) {
        const FollowedRunPtr again = answer_of(next->attach(run->id())).value();
        EXPECT_EQ(answer_of(again->end()).value()->status, RunStatus::completed);
    }
}

TEST_P(HostLifeTest, a_shutdown_waits_for_bodies_and_takes_what_they_come_to)
{
    Barrier begun;
    const auto host = open();
    ASSERT_TRUE(host->add(registered("w", {task_with("t", {}, [&](BodyAttempt&) {
                                         begun.open();
                                         barrier.wait();
                                         return BodyEnd{};
                                     })})));
    const FollowedRunPtr run = begin(*host, "w");
    begun.wait();
    std::thread ends([&] { EXPECT_EQ(host->shutdown(std::chrono::seconds(60)), 0U); });
    while (answer_of(host->why(run->id()))) {
    } // until it is closed
    barrier.open();
    EXPECT_EQ(answer_of(run->end()).value()->status, RunStatus::completed);
    ends.join();
    EXPECT_EQ(answer_of(run->report()).value()->status, RunStatus::completed)
        << "what is known of a final run stays";
}

TEST_P(HostLifeTest, a_shutdown_leaves_threads_to_the_bodies_that_do_not_end)
{
    Barrier begun;
    Barrier over;
    const auto host = open();
    ASSERT_TRUE(host->add(registered("w", {task_with("t", {}, [&](BodyAttempt&) {
                                         begun.open();
                                         barrier.wait();
                                         over.open();
                                         return BodyEnd{};
                                     })})));
    begin(*host, "w");
    begun.wait();
    EXPECT_EQ(host->shutdown(Micros{0}), 1U);
    barrier.open();
    over.wait();
}

TEST_P(HostLifeTest, a_second_shutdown_waits_for_the_first_and_leaves_it_no_more_time)
{
    Barrier begun;
    const auto host = open();
    ASSERT_TRUE(host->add(registered("w", {task_with("t", {}, [&](BodyAttempt&) {
                                         begun.open();
                                         barrier.wait();
                                         return BodyEnd{};
                                     })})));
    const FollowedRunPtr run = begin(*host, "w");
    begun.wait();
    std::thread first([&] { EXPECT_EQ(host->shutdown(1h), 1U); });
    while (answer_of(host->why(run->id()))) {
    } // until it is closed
    EXPECT_EQ(host->shutdown(Micros{0}), 1U);
    first.join();
    EXPECT_EQ(host->shutdown(1h), 1U) << "which is left to its body";
    barrier.open();
    while (host->shutdown(Micros{0}) > 0)
        std::this_thread::yield();
}

TEST_P(HostLifeTest, a_shutdown_goes_on_without_a_database_that_does_not_answer)
{
    Guarded<std::string> told;
    HostOptions telling = options();
    telling.log = [&](LogLevel, std::string_view line) {
        told.with([&](std::string& lines) { lines += line; });
    };
    const auto host = open(telling);
    ASSERT_TRUE(host->add(registered("w", {task_with("t", {}, gives(""))})));
    EXPECT_EQ(execute(*host, "w")->status, RunStatus::completed);
    const std::unique_ptr<testing::Probe> holder = database->probe();
    const bool is_sqlite = GetParam() == Dialect::sqlite_file;
    holder->query(
        is_sqlite ? "BEGIN IMMEDIATE" : "BEGIN; LOCK TABLE worker IN ACCESS EXCLUSIVE MODE"
    );

    EXPECT_EQ(host->shutdown(Micros{0}), 0U);

    const std::string lines = told.with([](const std::string& all) { return all; });
    EXPECT_NE(lines.find("this Runner ends without it"), std::string::npos) << lines;
}

TEST_P(HostLifeTest, a_shutdown_lets_go_of_bodies)
{
    const auto held = std::make_shared<int>(1);
    const auto host = open();
    ASSERT_TRUE(
        host->add(registered("w", {task_with("t", {}, [held](BodyAttempt&) { return BodyEnd{}; })}))
    );
    EXPECT_EQ(execute(*host, "w")->status, RunStatus::completed);
    EXPECT_GT(held.use_count(), 1);
    EXPECT_EQ(host->shutdown(60s), 0U);
    EXPECT_EQ(held.use_count(), 1);
}

TEST_P(HostLifeTest, a_broken_expectation_ends_the_host_and_not_the_program)
{
    const auto host = open();
    ASSERT_TRUE(host->add(held()));
    const FollowedRunPtr run = begin(*host, "held");
    const PendingPtr<SharedReport> waiting = run->end();
    const PendingPtr<bool> bad = host->with_cron<bool>([](CronSchedules&) -> Async<Result<bool>> {
        SLUICE_ASSERT(1 + 1 == 3);
        throw std::logic_error("not reached");
    });
    EXPECT_EQ(answer_of(bad).error().kind, Kind::broken);
    const CallError error = answer_of(waiting).error();
    EXPECT_EQ(error.kind, Kind::broken);
    EXPECT_NE(error.text.find("1 + 1 == 3"), std::string::npos) << error.text;
    EXPECT_EQ(answer_of(host->submit("held", "")).error().kind, Kind::broken);
    EXPECT_EQ(answer_of(host->attach(run->id())).error().kind, Kind::broken);
    barrier.open();
    host->shutdown(Micros{0});
}

TEST_P(HostLifeTest, a_body_that_waits_hears_that_its_host_is_broken)
{
    Barrier over;
    const auto host = open();
    ASSERT_TRUE(host->add(registered("w", {task_with("t", {}, [&](BodyAttempt& attempt) {
                                         barrier.open();
                                         EXPECT_FALSE(attempt.sleep(1h));
                                         over.open();
                                         return BodyEnd{};
                                     })})));
    begin(*host, "w");
    barrier.wait();
    const PendingPtr<bool> bad = host->with_cron<bool>([](CronSchedules&) -> Async<Result<bool>> {
        SLUICE_ASSERT(1 + 1 == 3);
        throw std::logic_error("not reached");
    });
    over.wait();
    host->shutdown(Micros{0});
}

TEST_P(HostLifeTest, what_a_call_throws_on_the_loop_breaks_off_that_call_alone)
{
    const auto host = open();
    const PendingPtr<bool> bad = host->with_cron<bool>([](CronSchedules&) -> Async<Result<bool>> {
        throw std::runtime_error("as it was told");
    });
    EXPECT_EQ(answer_of(bad).error().kind, Kind::broken);
    ASSERT_TRUE(host->add(registered("w", {task_with("t", {}, gives(""))})));
    EXPECT_EQ(execute(*host, "w")->status, RunStatus::completed);
}

TEST_P(HostLifeTest, fifty_threads_may_call_at_once)
{
    HostOptions wide = options();
    wide.slots = 16;
    const auto host = open(wide);
    ASSERT_TRUE(host->add(registered("w", {task_with("t", {}, gives("{\"t\":1}"))})));
    std::atomic<int> completed = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 50; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 4; ++n)
                completed += execute(*host, "w")->status == RunStatus::completed;
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(completed, 200);
}

TEST_P(HostLifeTest, a_schedule_finds_the_workflow_that_was_added_just_before)
{
    const auto host = open();
    ASSERT_TRUE(host->add(registered("w", {task_with("t", {}, gives(""))})));
    const auto added = host->with_cron<std::string>([](CronSchedules& cron) {
        CronSchedules::New schedule;
        schedule.workflow = "w";
        schedule.workflow_namespace = "public::embedded::w";
        schedule.expression = "0 0 1 1 *";
        return cron.add(std::move(schedule));
    });
    const CallResult<std::string> id = answer_of(added);
    ASSERT_TRUE(id) << id.error().text;
    EXPECT_TRUE(CronSchedules::is_id(*id));
}

TEST_P(HostLifeTest, a_host_that_only_schedules_runs_no_bodies)
{
    HostOptions scheduler = options();
    scheduler.mode = HostOptions::Mode::scheduler_only;
    const auto first = open(scheduler);
    ASSERT_TRUE(first->add(held()));
    const FollowedRunPtr run = begin(*first, "held");
    EXPECT_EQ(answer_of(run->status()).value(), RunStatus::pending);

    barrier.open();
    const auto second = open();
    ASSERT_TRUE(second->add(held()));
    EXPECT_EQ(answer_of(run->end()).value()->status, RunStatus::completed);
}

TEST_P(HostLifeTest, a_child_of_a_fork_is_told_that_the_host_is_not_its_own)
{
    const auto host = open();
    ASSERT_TRUE(host->add(held()));
    const FollowedRunPtr run = begin(*host, "held");
    const std::string text = fmt::format(
        "this Runner was made in process {}; a fork does not carry it over: make a new one",
        ::getpid()
    );
    const pid_t child = ::fork();
    if (child == 0) {
        const bool is_told = answer_of(host->attach(run->id())).error().text == text &&
                             kind_of(run->end()) == Kind::forked &&
                             kind_of(run->report()) == Kind::forked &&
                             host->add(held()).error().kind == Kind::forked &&
                             host->metrics().empty() && host->shutdown(Micros{0}) == 0;
        ::_exit(is_told ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    barrier.open();
    EXPECT_EQ(answer_of(run->end()).value()->status, RunStatus::completed);
}

INSTANTIATE_TEST_SUITE_P(On, HostLifeTest, ::testing::ValuesIn(shared_dialects), dialect_name);

} // namespace
} // namespace sluice::host_life_test
