// SPDX-License-Identifier: Apache-2.0
// What workers and the clock cause, met by everything else.
#include "store/contract/races.h"

namespace sluice::worker_races_test {

TEST_P(Races, finish_meets_all_others)
{
    meet_all("finish");
}
TEST_P(Races, fail_meets_all_others)
{
    meet_all("fail");
}
TEST_P(Races, give_back_meets_all_others)
{
    meet_all("give_back");
}
TEST_P(Races, start_meets_all_others)
{
    meet_all("start");
}
TEST_P(Races, claim_meets_all_others)
{
    meet_all("claim");
}
TEST_P(Races, heartbeat_meets_all_others)
{
    meet_all("heartbeat");
}
TEST_P(Races, register_outputs_meets_all_others)
{
    meet_all("register_outputs");
}
TEST_P(Races, submit_meets_all_others)
{
    meet_all("submit");
}
TEST_P(Races, tick_meets_all_others)
{
    meet_all("tick");
}
TEST_P(Races, expire_meets_all_others)
{
    meet_all("expire");
}
TEST_P(Races, rescue_meets_all_others)
{
    meet_all("rescue");
}
TEST_P(Races, defer_meets_all_others)
{
    meet_all("defer");
}
TEST_P(Races, go_on_meets_all_others)
{
    meet_all("go_on");
}
TEST_P(Races, abandon_meets_all_others)
{
    meet_all("abandon");
}
TEST_P(Races, sweep_meets_all_others)
{
    meet_all("sweep");
}
// A large run is ended without a look at its rows; a claim that is under way then must not keep
// one.
TEST_P(Races, a_claim_of_a_staged_run_that_is_canceled_meanwhile_keeps_nothing)
{
    for (int nth = 1; nth <= last_statement(); ++nth) {
        StageRun stage;
        stage.run.queues = {"q"};
        const RunId run = db(stage).value().run;
        StageTasks tasks;
        tasks.run = run;
        tasks.tasks.assign(4, new_task());
        ASSERT_TRUE(db(tasks));
        PublishRun publish;
        publish.run = run;
        ASSERT_TRUE(db(publish));

        db.gate().close_at(nth);
        testing::Pending<std::vector<Leased>> claimed = db.start(claim_of(patient, 2));
        turn_until(loop, [&] { return claimed.has_answer() || db.gate().is_reached(); });
        const bool paused = db.gate().is_reached();
        const Underway cancel = start(*other, Cancel{target(run)});
        turn_until_done_or_blocked(cancel);
        db.gate().open();
        ASSERT_EQ(cancel.get(), std::nullopt);
        const std::vector<Leased> got = claimed.get().value();
        for (const Leased& task : got)
            EXPECT_EQ(db(success_of(task, patient)).error().code, Errc::conflict) << nth;
        while ((*other)(Sweep{}).value() > 0) {
        }
        EXPECT_EQ(violations(), "") << nth;
        EXPECT_EQ(probe->value("SELECT count(*) FROM lease"), "0") << nth;
        if (!paused)
            break;
    }
}

INSTANTIATE_TEST_SUITE_P(Dialects, Races, ::testing::ValuesIn(shared_dialects), dialect_name);

} // namespace sluice::worker_races_test
