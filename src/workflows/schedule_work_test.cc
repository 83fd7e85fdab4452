// SPDX-License-Identifier: Apache-2.0
// What a Host does about schedules and triggers by itself, as its options say.
#include "workflows/body_threads.h"
#include "workflows/schedule_testing.h"
#include "workflows/schedule_work.h"

#include <memory>

namespace sluice::schedule_work_test {
namespace {

using testing::ScheduleTest;
using testing::turn_until;

// A schedule and a trigger, both due.
class ScheduleWorkTest : public ScheduleTest {
protected:
    ScheduleWorkTest()
    {
        trigger->name = "files";
        trigger->workflow = "etl";
        trigger->poll = [] { return std::optional<std::string>("{}"); };
        EXPECT_TRUE(wait(triggers.add(trigger, "public::embedded::etl")));
        clock.advance(1h);
    }

    std::unique_ptr<ScheduleWork> begun(const HostOptions& options)
    {
        auto work = std::make_unique<ScheduleWork>(
            ScheduleWork::Needs{loop.get_executor(), db.store(), threads}, options, Log()
        );
        work->add(trigger);
        work->start();
        return work;
    }

    void end(ScheduleWork& work) { testing::await(loop, work.stop()); }

    BodyThreads threads{1};
    std::shared_ptr<TriggerRegistration> trigger = std::make_shared<TriggerRegistration>();
    std::string schedule = add();
};

TEST_P(ScheduleWorkTest, is_to_fire_schedules_and_to_ask_triggers)
{
    const std::unique_ptr<ScheduleWork> work = begun({});
    turn_until(loop, [&] {
        return work->cron_counts().fired == 1 && work->trigger_counts().fired == 1;
    });
    end(*work);
    EXPECT_EQ(history(schedule).size(), 1u);
}

TEST_P(ScheduleWorkTest, without_cron_is_to_ask_triggers_all_the_same)
{
    HostOptions host;
    host.cron.enabled = false;
    EXPECT_TRUE(ScheduleWork::is_wanted(host));
    const std::unique_ptr<ScheduleWork> work = begun(host);
    turn_until(loop, [&] { return work->trigger_counts().fired == 1; });
    end(*work);
    EXPECT_EQ(work->cron_counts().fired, 0u);
    EXPECT_TRUE(history(schedule).empty());
}

TEST(ScheduleWork, is_that_of_hosts_that_schedule)
{
    HostOptions host;
    EXPECT_TRUE(ScheduleWork::is_wanted(host));
    host.mode = HostOptions::Mode::scheduler_only;
    EXPECT_TRUE(ScheduleWork::is_wanted(host));
    host.mode = HostOptions::Mode::executor_only;
    EXPECT_FALSE(ScheduleWork::is_wanted(host));
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, ScheduleWorkTest, ::testing::Values(Dialect::sqlite_memory, Dialect::postgres),
    dialect_name
);

} // namespace
} // namespace sluice::schedule_work_test
