// SPDX-License-Identifier: Apache-2.0
// What users ask for, met by everything else.
#include "store/contract/races.h"

namespace sluice::user_races_test {

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
TEST_P(Races, purge_meets_all_others)
{
    meet_all("purge");
}
TEST_P(Races, retry_of_what_is_old_meets_all_others)
{
    meet_all("retry_old");
}
TEST_P(Races, retry_from_meets_all_others)
{
    meet_all("retry_from");
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

} // namespace sluice::user_races_test
