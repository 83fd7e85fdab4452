// SPDX-License-Identifier: Apache-2.0
// What is known of pods and of their uploads, met by everything else.
#include "store/contract/races.h"

namespace sluice::cluster_races_test {

TEST_P(Races, extend_leave_meets_all_others)
{
    meet_all("extend_leave");
}
TEST_P(Races, end_worker_meets_all_others)
{
    meet_all("end_worker");
}
TEST_P(Races, fail_run_meets_all_others)
{
    meet_all("fail_run");
}
TEST_P(Races, take_cluster_jobs_meets_all_others)
{
    meet_all("take_cluster_jobs");
}

TEST_P(Races, a_job_is_taken_by_one_of_two_servers)
{
    for (int nth = 1; nth <= last_statement(); ++nth) {
        Submit request = new_run(1);
        request.run.kind = RunKind::job;
        request.run.cluster_job = NewClusterJob{"default"};
        submit(std::move(request));
        const TakeClusterJobs one{patient, "default"};
        const TakeClusterJobs two{worker(1000h), "default"};
        db.gate().close_at(nth);
        testing::Pending<std::vector<LedJob>> here = db.start(one);
        turn_until(loop, [&] { return here.has_answer() || db.gate().is_reached(); });
        const bool paused = db.gate().is_reached();
        testing::Pending<std::vector<LedJob>> there = other->start(two);
        const Underway call{[there] { return there.has_answer(); }, {}};
        turn_until_done_or_blocked(call);
        db.gate().open();
        EXPECT_EQ(here.get().value().size() + there.get().value().size(), 1u) << nth;
        if (!paused)
            break;
    }
}

INSTANTIATE_TEST_SUITE_P(Dialects, Races, ::testing::ValuesIn(shared_dialects), dialect_name);

} // namespace sluice::cluster_races_test
