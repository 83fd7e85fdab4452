// SPDX-License-Identifier: Apache-2.0
#include "batch/job_logs.h"
#include "batch/testing.h"

namespace sluice::jobs_test {

namespace {

class JobsTest : public testing::BatchTest {
protected:
    // A job whose datum `bad` fails until the file "fixed" is there.
    Json fragile()
    {
        for (const char* name : {"in/bad", "in/good", "in/worse"})
            dir_.put(name, "x");
        return pipeline(
            fmt::format(
                "cd /pfs/in; test -e good || test -e {} || {{ echo broken; exit 1; }}; "
                "cp * /pfs/out",
                dir_ / "fixed"
            ),
            atom("in", "/*")
        );
    }

    Judged<Jobs::Created> retry(const Job& job, std::vector<std::string> set = {})
    {
        Jobs::RetryJob request{job.job_name, std::move(set), "ann"};
        return testing::await(loop_, jobs_->retry(std::move(request)));
    }

    std::string why(const Job& job)
    {
        return testing::await(loop_, jobs_->why_job(job.id)).value().text;
    }

    Why why_first_datum(const Job& job)
    {
        return testing::await(loop_, jobs_->why_datum(datums(job).at(0).id)).value();
    }
};

bool has(const std::string& text, std::string_view piece)
{
    return text.find(piece) != std::string::npos;
}

} // namespace

TEST_F(JobsTest, a_job_is_found_by_id_and_by_name)
{
    const Job job = create(fragile()).value().job;

    EXPECT_EQ(testing::await(loop_, jobs_->find(job.id)).value().job_name, job.job_name);
    EXPECT_EQ(testing::await(loop_, jobs_->find(job.job_name)).value().id, job.id);
}

TEST_F(JobsTest, an_unknown_name_brings_near_ones)
{
    const Job job = create(fragile()).value().job;
    std::string wrong = job.job_name;
    wrong.back() = wrong.back() == 'a' ? 'b' : 'a';

    const Result<Job> found = testing::await(loop_, jobs_->find(wrong));

    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::not_found);
    EXPECT_TRUE(has(found.error().detail, "did you mean '" + job.job_name));
}

TEST_F(JobsTest, lists_are_newest_first_and_go_on_from_an_id)
{
    const Job first = create(fragile()).value().job;
    const Job second = create(fragile()).value().job;

    const std::vector<Job> all = testing::await(loop_, jobs_->list({})).value();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].id, second.id);

    Jobs::ListFilter rest;
    rest.before = second.id;
    const std::vector<Job> page = testing::await(loop_, jobs_->list(rest)).value();
    ASSERT_EQ(page.size(), 1u);
    EXPECT_EQ(page[0].id, first.id);

    Jobs::ListFilter done;
    done.status = JobStatus::done;
    EXPECT_TRUE(testing::await(loop_, jobs_->list(done)).value().empty());
}

TEST_F(JobsTest, a_description_counts_datums_by_status)
{
    serve();
    const Job job = finish(fragile());

    const JobDescription seen = testing::await(loop_, jobs_->describe(job.job_name)).value();

    ASSERT_EQ(seen.datum_status_counts.size(), 2u);
    EXPECT_EQ(seen.datum_status_counts[0].status, DatumStatus::done);
    EXPECT_EQ(seen.datum_status_counts[0].count, 1);
    EXPECT_EQ(seen.datum_status_counts[1].status, DatumStatus::error);
    EXPECT_EQ(seen.datum_status_counts[1].count, 2);
    EXPECT_EQ(seen.error_datums.size(), 2u);
}

TEST_F(JobsTest, what_failed_and_waits_for_its_next_try_is_counted)
{
    serve();
    Json spec = fragile();
    spec["datum_tries"] = 2;
    spec["retry_backoff"] = "1h";
    dir_.put("in/good", "x");
    const Job job = create(spec).value().job;
    for (JobDescription seen;;) {
        testing::await(loop_, changed_.wait());
        seen = testing::await(loop_, jobs_->describe(job.id)).value();
        const StatusCount& ready = seen.datum_status_counts.at(0);
        if (ready.status != DatumStatus::ready || ready.count != 2 || seen.job.running > 0)
            continue;
        EXPECT_EQ(ready.rerunable_count, 2);
        break;
    }
    const Why answer = why_first_datum(job);
    EXPECT_TRUE(has(answer.text, "will be tried again in")) << answer.text;
    EXPECT_TRUE(answer.data.contains("run_at"));
}

TEST_F(JobsTest, a_retry_runs_what_is_not_done_in_a_new_job)
{
    serve();
    const Job old = finish(fragile());
    ASSERT_EQ(old.status, JobStatus::error);
    dir_.put("fixed", "");

    const Jobs::Created created = retry(old, {"datum_tries=2"}).value();
    const Job job = finished(created.job.id);

    EXPECT_EQ(job.status, JobStatus::done);
    EXPECT_EQ(job.origin, old.id);
    EXPECT_EQ(job.counts.total, 2);
    EXPECT_EQ(local_paths(datums(job).at(0)), std::vector<std::string>{"in/bad"});
    EXPECT_EQ(local_paths(datums(job).at(1)), std::vector<std::string>{"in/worse"});
    EXPECT_EQ(datums(job).at(0).maximum_allowed_run_count, 2);
    EXPECT_EQ(results().size(), 3u);
}

TEST_F(JobsTest, a_retry_keeps_the_input_and_needs_an_end)
{
    const Job job = create(fragile()).value().job;
    const auto running = retry(job);
    ASSERT_FALSE(running);
    EXPECT_EQ(running.error().code, Errc::conflict);
    testing::await(loop_, jobs_->cancel(job.id, "ann")).value();

    const auto other_input = retry(job, {"input.atom.glob=/*.txt"});
    const auto bad_value = retry(job, {"datum_tries=0"});

    ASSERT_FALSE(other_input);
    EXPECT_EQ(other_input.error().problems.at(0).path, "input");
    ASSERT_FALSE(bad_value);
    EXPECT_EQ(bad_value.error().problems.at(0).path, "datum_tries");
    EXPECT_EQ(retry(job).value().job.counts.total, 3);
}

TEST_F(JobsTest, a_datum_can_be_retried_in_its_job)
{
    serve();
    const Job job = finish(fragile());
    dir_.put("fixed", "");
    const std::string id = datums(job).at(0).id;

    const Datum datum = testing::await(loop_, jobs_->retry_datum(id, "ann")).value();

    EXPECT_NE(datum.status, DatumStatus::error);
    EXPECT_EQ(finished(job.id).counts.succeeded, 2);
    const auto again = testing::await(loop_, jobs_->retry_datum(id, "ann"));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::conflict);
}

TEST_F(JobsTest, a_final_job_can_be_removed_with_its_logs)
{
    serve();
    const Job running = create(fragile()).value().job;
    const Job job = finished(running.id);
    EXPECT_TRUE(std::filesystem::exists(dir_ / "logs/" + job.id));

    testing::await(loop_, jobs_->remove(job.id)).value();

    EXPECT_FALSE(testing::await(loop_, jobs_->find(job.id)));
    EXPECT_FALSE(std::filesystem::exists(dir_ / "logs/" + job.id));
    EXPECT_EQ(results().size(), 1u);
}

TEST_F(JobsTest, a_running_job_cannot_be_removed)
{
    const Job job = create(fragile()).value().job;

    const Result<void> removed = testing::await(loop_, jobs_->remove(job.id));

    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().code, Errc::conflict);
    EXPECT_TRUE(has(removed.error().detail, "still running")) << removed.error().detail;
}

TEST_F(JobsTest, why_tells_what_a_job_waits_for)
{
    const Job job = create(fragile()).value().job;
    EXPECT_TRUE(has(why(job), "none is registered")) << why(job);
    const Why first = why_first_datum(job);
    EXPECT_TRUE(has(first.text, "the next in its queue")) << first.text;
    EXPECT_EQ(first.data["workers"], 0);

    testing::await(loop_, jobs_->pause(job.id, "ann")).value();
    EXPECT_TRUE(has(why(job), "paused by ann")) << why(job);
    EXPECT_TRUE(testing::await(loop_, jobs_->find(job.id)).value().paused);
    testing::await(loop_, jobs_->unpause(job.id, "ann")).value();

    serve();
    finished(job.id);
    EXPECT_TRUE(has(why(job), "it has failed")) << why(job);
    EXPECT_TRUE(has(why_first_datum(job).text, "failed for good, in 1 of 1 tries"));
}

TEST_F(JobsTest, why_tells_who_runs_a_datum)
{
    dir_.put("in/a", "");
    serve();
    const Job job = create(pipeline("echo ready; sleep 1000", atom("in", "/*"))).value().job;
    testing::await(loop_, printed_.wait());

    const Why answer = why_first_datum(job);

    EXPECT_TRUE(has(answer.text, "attempt 1 runs on worker-1")) << answer.text;
    EXPECT_EQ(answer.data["worker"], "worker-1");
    EXPECT_EQ(datums(job).at(0).status, DatumStatus::running);
    testing::await(loop_, jobs_->cancel(job.id, "ann")).value();
    EXPECT_TRUE(has(why(job), "canceled by ann")) << why(job);
}

TEST_F(JobsTest, the_logs_of_a_job_are_those_of_its_datums)
{
    serve();
    const Job job = finish(fragile());

    JobLogs logs(*jobs_, job.job_name);
    std::vector<std::string> seen;
    for (;;) {
        const auto piece = testing::await(loop_, logs.next()).value();
        if (!piece)
            break;
        seen.push_back(piece->datum_id + " " + piece->chunks.at(0).bytes);
    }

    const std::vector<Datum> all = datums(job);
    EXPECT_EQ(seen, (std::vector{all[0].id + " broken\n", all[2].id + " broken\n"}));
}

TEST_F(JobsTest, a_job_survives_in_its_file)
{
    close();
    open(dir_ / "jobs.db");
    const Job job = create(fragile()).value().job;

    close();
    open(dir_ / "jobs.db");
    dir_.put("fixed", "");
    serve(2);

    EXPECT_EQ(finished(job.id).status, JobStatus::done);
    EXPECT_EQ(results().size(), 3u);
}

} // namespace sluice::jobs_test
