// SPDX-License-Identifier: Apache-2.0
// Two stores on one database: one use case stops between two of its statements, the other one runs
// until it is done or waits for a lock; then the first goes on. Whatever they do to each other,
// nothing may be lost, doubled or stuck.
#include "store/contract/races.h"

namespace sluice {

class Races : public TwoStores {
protected:
    void check(std::optional<Error> error, std::string_view who)
    {
        if (!error)
            return;
        EXPECT_TRUE(error->code == Errc::conflict || error->code == Errc::not_found)
            << who << ": " << error->detail;
    }

    // False: the first one did not come to its `nth` statement.
    bool meet(const Actor& one, const Actor& two, int nth)
    {
        const Scene scene = set_scene();
        db.gate().close_at(nth);
        const Underway first_call = one.start(db, scene);
        turn_until(loop, [&] { return first_call.has_answer() || db.gate().is_reached(); });
        const bool paused = db.gate().is_reached();
        const std::string before = db.gate().reached();
        SCOPED_TRACE(
            std::string(one.name) + " before " + before + ", then " + std::string(two.name)
        );
        if (paused) {
            const Underway second_call = two.start(*other, scene);
            turn_until_done_or_blocked(second_call);
            db.gate().open();
            check(first_call.get(), one.name);
            check(second_call.get(), two.name);
        }
        db.gate().open();
        play_to_the_end(scene);
        return paused;
    }

    // SQLite's writers take turns: there is nothing between their statements.
    int last_statement() const { return GetParam() == Dialect::postgres ? 1000 : 1; }

    void meet_all(std::string_view name)
    {
        const auto& actors = all_actors();
        const auto one = std::find_if(actors.begin(), actors.end(), [&](const Actor& actor) {
            return actor.name == name;
        });
        ASSERT_NE(one, actors.end());
        for (const Actor& two : actors) {
            for (int nth = 1; nth <= last_statement() && meet(*one, two, nth); ++nth) {
            }
            ASSERT_EQ(violations(), "") << one->name << " and " << two.name;
        }
    }
};

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
TEST_P(Races, sweep_meets_all_others)
{
    meet_all("sweep");
}
TEST_P(Races, cancel_run_meets_all_others)
{
    meet_all("cancel_run");
}
TEST_P(Races, cancel_running_meets_all_others)
{
    meet_all("cancel_running");
}
TEST_P(Races, cancel_pending_meets_all_others)
{
    meet_all("cancel_pending");
}
TEST_P(Races, pause_run_meets_all_others)
{
    meet_all("pause_run");
}
TEST_P(Races, pause_some_meets_all_others)
{
    meet_all("pause_some");
}
TEST_P(Races, resume_run_meets_all_others)
{
    meet_all("resume_run");
}
TEST_P(Races, resume_some_meets_all_others)
{
    meet_all("resume_some");
}
TEST_P(Races, retry_meets_all_others)
{
    meet_all("retry");
}
TEST_P(Races, delete_meets_all_others)
{
    meet_all("delete");
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

TEST_P(Races, the_same_idempotency_key_at_two_stores_makes_one_run)
{
    for (int nth = 1; nth <= last_statement(); ++nth) {
        Submit request = new_run(1);
        request.run.name = "name " + std::to_string(nth);
        request.run.request_key = "key " + std::to_string(nth);
        request.run.body_hash = "hash";
        db.gate().close_at(nth);
        testing::Pending<Submitted> one = db.start(request);
        turn_until(loop, [&] { return one.has_answer() || db.gate().is_reached(); });
        const bool paused = db.gate().is_reached();
        testing::Pending<Submitted> two = other->start(request);
        const Underway call{[two] { return two.has_answer(); }, {}};
        turn_until_done_or_blocked(call);
        db.gate().open();
        const Result<Submitted> a = one.get();
        const Result<Submitted> b = two.get();
        ASSERT_TRUE(a) << nth << ": " << a.error().detail;
        ASSERT_TRUE(b) << nth << ": " << b.error().detail;
        EXPECT_EQ(a->run, b->run);
        EXPECT_NE(a->repeated, b->repeated);
        if (!paused)
            break;
    }
}

TEST_P(Races, a_name_at_two_stores_is_taken_once)
{
    for (int nth = 1; nth <= last_statement(); ++nth) {
        Submit request = new_run(1);
        request.run.name = "name " + std::to_string(nth);
        db.gate().close_at(nth);
        testing::Pending<Submitted> one = db.start(request);
        turn_until(loop, [&] { return one.has_answer() || db.gate().is_reached(); });
        const bool paused = db.gate().is_reached();
        testing::Pending<Submitted> two = other->start(request);
        const Underway call{[two] { return two.has_answer(); }, {}};
        turn_until_done_or_blocked(call);
        db.gate().open();
        const Result<Submitted> a = one.get();
        const Result<Submitted> b = two.get();
        EXPECT_NE(a.has_value(), b.has_value()) << nth;
        EXPECT_EQ((a ? b : a).error().code, Errc::conflict) << nth;
        if (!paused)
            break;
    }
}

INSTANTIATE_TEST_SUITE_P(Dialects, Races, ::testing::ValuesIn(shared_dialects), dialect_name);

} // namespace sluice
