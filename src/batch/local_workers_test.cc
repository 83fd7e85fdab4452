// SPDX-License-Identifier: Apache-2.0
#include "batch/local_workers.h"

#include "batch/testing.h"

#include <sys/stat.h>

namespace sluice::local_workers_test {

namespace {

using namespace testing;

class LocalWorkersTest : public BatchTest {
protected:
    // As serve(), but each job has its own limit.
    void serve_each_job(std::size_t workers_in_all)
    {
        local_ = std::make_unique<LocalWorkers>(*store_, workers_in_all);
        serve(local_->dispatcher());
    }

    RunState end_of(Json spec)
    {
        const RunId run = create(std::move(spec)).value().job.run;
        return await(loop_, engine_->runs().wait(run, std::chrono::minutes(1))).value().row.state;
    }

    std::unique_ptr<LocalWorkers> local_;
};

TEST_F(LocalWorkersTest, a_job_runs_no_more_datums_at_once_than_it_asks_for)
{
    for (const char* name : {"in/a", "in/b", "in/c", "in/d", "in/e", "in/f"})
        dir_.put(name, "x");
    const std::string taken = dir_ / "taken"; // fails while another one holds it
    Json spec = pipeline("mkdir " + taken + " && ls /pfs && rmdir " + taken, atom("in", "/*"));
    spec["parallelism_spec"]["constant"] = 1;
    serve_each_job(4);
    EXPECT_EQ(end_of(spec), RunState::succeeded);
}

TEST_F(LocalWorkersTest, a_job_runs_as_many_datums_at_once_as_it_asks_for)
{
    dir_.put("in/a", "x");
    dir_.put("in/b", "x");
    const std::string meeting = dir_ / "meeting";
    ASSERT_EQ(::mkfifo(meeting.c_str(), 0666), 0);
    // Each needs the other to run at the same time.
    const Json spec = pipeline(
        "if test -e /pfs/in/a; then echo x > " + meeting + "; else cat " + meeting + "; fi",
        atom("in", "/*")
    );
    serve_each_job(4);
    EXPECT_EQ(end_of(spec), RunState::succeeded);
}

} // namespace

} // namespace sluice::local_workers_test
