// SPDX-License-Identifier: Apache-2.0
#include "batch/testing.h"

namespace sluice::datum_executor_test {

namespace {

using DatumExecution = testing::BatchTest;
using Files = std::map<std::string, std::string>;

constexpr auto upper_each =
    "for f in /pfs/in/*; do tr a-z A-Z <\"$f\" >\"/pfs/out/${f##*/}\"; done";

} // namespace

TEST_F(DatumExecution, results_go_to_the_egress_and_the_end_of_the_output_is_kept)
{
    dir_.put("in/a", "one");
    dir_.put("in/b", "two");
    serve(2);

    const Job job = finish(pipeline(std::string("echo hello; ") + upper_each, atom("in", "/*")));

    EXPECT_EQ(job.status, JobStatus::done);
    EXPECT_EQ(job.counts.succeeded, 2);
    EXPECT_EQ(results(), (Files{{"a", "ONE"}, {"b", "TWO"}}));
    const Datum datum = datums(job).at(0);
    EXPECT_EQ(datum.output, "hello\n");
    EXPECT_EQ(datum.pod_name, "worker-1");
    EXPECT_EQ(datum.attempted_run_count, 1);
    EXPECT_TRUE(std::filesystem::is_empty(dir_ / "work"));
}

TEST_F(DatumExecution, any_legal_name_works)
{
    const std::string names[] = {"with space", "100%",    "a%20b", "#hash?",
                                 "new\nline",  "caf\xe9", "ünï"};
    for (const std::string& name : names)
        dir_.put("in/" + name, "x");
    serve(2);

    const Job job = finish(pipeline(upper_each, atom("in", "/*")));

    EXPECT_EQ(job.status, JobStatus::done);
    Files expected;
    for (const std::string& name : names)
        expected[name] = "X";
    EXPECT_EQ(results(), expected);
}

TEST_F(DatumExecution, a_failed_attempt_is_tried_again)
{
    dir_.put("in/a", "one");
    serve();
    Json spec = pipeline(
        fmt::format("echo no >&2; test -e {0} || {{ touch {0}; exit 3; }}", dir_ / "seen"),
        atom("in", "/*")
    );
    spec["datum_tries"] = 2;

    const Job job = finish(spec);

    EXPECT_EQ(job.status, JobStatus::done);
    const DatumDescription described =
        testing::await(loop_, jobs_->describe_datum(datums(job).at(0).id)).value();
    EXPECT_EQ(described.datum.attempted_run_count, 2);
    EXPECT_EQ(described.datum.maximum_allowed_run_count, 2);
    ASSERT_EQ(described.attempts.size(), 1u);
    EXPECT_NE(described.attempts[0].error.find("3"), std::string::npos);
    for (const int attempt : {1, 2}) {
        const std::string log =
            testing::await(loop_, jobs_->log_file(described.datum.id, attempt)).value();
        EXPECT_EQ(read_attempt_log(log, 0).value().chunks.at(0).bytes, "no\n");
    }
}

TEST_F(DatumExecution, what_fails_every_time_ends_as_an_error_with_its_output)
{
    dir_.put("in/a", "one");
    serve();
    Json spec = pipeline("echo reason; exit 7", atom("in", "/*"));
    spec["datum_tries"] = 3;

    const Job job = finish(spec);

    EXPECT_EQ(job.status, JobStatus::error);
    const Datum datum = datums(job).at(0);
    EXPECT_EQ(datum.status, DatumStatus::error);
    EXPECT_EQ(datum.attempted_run_count, 3);
    EXPECT_EQ(datum.output, "reason\n");
    EXPECT_NE(datum.error_message.find("7"), std::string::npos);
}

TEST_F(DatumExecution, a_missing_program_is_told)
{
    dir_.put("in/a", "one");
    serve();
    Json spec = pipeline("", atom("in", "/*"));
    spec["transform"]["cmd"] = {"no-such-program"};

    const Job job = finish(spec);

    EXPECT_EQ(job.status, JobStatus::error);
    EXPECT_NE(datums(job).at(0).error_message.find("no-such-program"), std::string::npos);
}

TEST_F(DatumExecution, the_second_datum_that_writes_a_path_fails_and_names_the_first)
{
    dir_.put("in/a", "one");
    dir_.put("in/b", "two");
    serve();

    const Job job = finish(pipeline("cat /pfs/in/* >/pfs/out/same", atom("in", "/*")));

    EXPECT_EQ(job.status, JobStatus::error);
    const std::vector<Datum> found = datums(job);
    EXPECT_EQ(found[0].status, DatumStatus::done);
    EXPECT_EQ(found[1].status, DatumStatus::error);
    EXPECT_NE(found[1].error_message.find(found[0].id), std::string::npos);
    EXPECT_EQ(results(), (Files{{"same", "one"}}));
}

TEST_F(DatumExecution, what_a_failed_attempt_has_uploaded_is_removed)
{
    dir_.put("in/a", "one");
    dir_.put("in/b", "two");
    dir_.put("out/blocked", "a file, which cannot be a directory");
    serve();

    // The first datum can upload `early`, but not what follows.
    const Job job = finish(pipeline(
        "if test -e /pfs/in/a; then echo x >/pfs/out/a-early; mkdir /pfs/out/blocked; "
        "echo y >/pfs/out/blocked/b; else echo z >/pfs/out/good; fi",
        atom("in", "/*")
    ));

    EXPECT_EQ(job.counts.failed, 1);
    EXPECT_EQ(
        results(), (Files{{"blocked", "a file, which cannot be a directory"}, {"good", "z\n"}})
    );
    EXPECT_TRUE(
        testing::await(loop_, jobs_->describe_datum(datums(job).at(0).id)).value().outputs.empty()
    );
}

TEST_F(DatumExecution, a_retry_may_write_what_the_failed_attempt_wrote)
{
    dir_.put("in/a", "one");
    dir_.put("out/blocked", "");
    serve();
    Json spec = pipeline(
        fmt::format(
            "echo $SLUICE_ATTEMPT >/pfs/out/a; test -e {0} || {{ touch {0}; mkdir "
            "/pfs/out/blocked; "
            "echo y >/pfs/out/blocked/b; }}",
            dir_ / "seen"
        ),
        atom("in", "/*")
    );
    spec["datum_tries"] = 2;

    const Job job = finish(spec);

    EXPECT_EQ(job.status, JobStatus::done);
    EXPECT_EQ(results(), (Files{{"a", "2\n"}, {"blocked", ""}}));
}

TEST_F(DatumExecution, the_command_sees_its_environment_and_nothing_of_ours)
{
    dir_.put("in/a", "");
    dir_.put("secrets/db/password", "s3cret");
    serve();
    Json spec = pipeline("env >/pfs/out/env", atom("in", "/*"));
    spec["transform"]["env"] = {{"GREETING", "hi"}};
    spec["transform"]["secrets"] = Json::parse(
        R"([{"name": "db", "key": "password", "env_var": "PASSWORD"},
            {"name": "db", "key": "missing", "env_var": "MAYBE", "optional": true}])"
    );
    ::setenv("SLUICE_SECRET_OF_OURS", "x", 1);

    const Job job = finish(spec);

    const std::string env = "\n" + results().at("env");
    for (const std::string& line :
         {std::string("GREETING=hi"), std::string("PASSWORD=s3cret"), "SLUICE_JOB_ID=" + job.id,
          "SLUICE_JOB_NAME=" + job.job_name, "SLUICE_DATUM_ID=" + datums(job).at(0).id,
          std::string("SLUICE_ATTEMPT=1"), std::string("SLUICE_POD_NAME=worker-1"),
          std::string("FALCONERI_NODE_NAME=host-1"), std::string("SLUICE_PFS=/pfs")})
        EXPECT_NE(env.find("\n" + line + "\n"), std::string::npos) << line << env;
    EXPECT_EQ(env.find("MAYBE"), std::string::npos);
    EXPECT_EQ(env.find("OF_OURS"), std::string::npos);
}

TEST_F(DatumExecution, the_command_starts_where_the_pipeline_file_stands)
{
    dir_.put("in/a", "");
    dir_.put("here/tool.sh", "echo found >/pfs/out/x");
    serve();
    Jobs::NewJob request;
    request.spec = pipeline("sh ./tool.sh", atom("in", "/*"));
    request.directory = dir_ / "here";

    const auto created = testing::await(loop_, jobs_->create(std::move(request))).value();

    EXPECT_EQ(finished(created.job.id).status, JobStatus::done);
    EXPECT_EQ(results(), (Files{{"x", "found\n"}}));
}

TEST_F(DatumExecution, cancel_stops_the_command)
{
    dir_.put("in/a", "");
    serve();
    const Job job = create(pipeline("echo ready; echo x >/pfs/out/x; sleep 1000", atom("in", "/*")))
                        .value()
                        .job;
    testing::await(loop_, printed_.wait());

    const Job canceled = testing::await(loop_, jobs_->cancel(job.id, "ann")).value();
    testing::await(loop_, engine_->stop(std::chrono::hours(1))); // waits for what runs

    EXPECT_EQ(canceled.status, JobStatus::canceled);
    EXPECT_EQ(datums(job).at(0).status, DatumStatus::canceled);
    EXPECT_TRUE(results().empty());
    EXPECT_TRUE(std::filesystem::is_empty(dir_ / "work"));
}

TEST_F(DatumExecution, a_worker_that_stops_hands_its_datum_back)
{
    dir_.put("in/a", "");
    serve();
    const Job job = create(pipeline("echo ready; sleep 1000", atom("in", "/*"))).value().job;
    testing::await(loop_, printed_.wait());

    testing::await(loop_, engine_->stop(std::chrono::seconds(0)));

    const DatumDescription described =
        testing::await(loop_, jobs_->describe_datum(datums(job).at(0).id)).value();
    EXPECT_EQ(described.datum.status, DatumStatus::ready);
    EXPECT_EQ(described.datum.attempted_run_count, 0);
    EXPECT_EQ(described.attempts.at(0).end, AttemptEnd::returned);
}

TEST_F(DatumExecution, an_output_link_that_leaves_pfs_fails_the_attempt)
{
    dir_.put("in/a", "");
    serve();

    const Job job = finish(pipeline("ln -s /etc/passwd /pfs/out/link", atom("in", "/*")));

    EXPECT_EQ(job.status, JobStatus::error);
    EXPECT_NE(datums(job).at(0).error_message.find("link"), std::string::npos);
    EXPECT_TRUE(results().empty());
}

TEST_F(DatumExecution, a_vanished_input_fails_the_attempt_and_names_it)
{
    dir_.put("in/a", "");
    const Job job = create(pipeline("true", atom("in", "/*"))).value().job;
    std::filesystem::remove(dir_ / "in/a");
    serve();

    EXPECT_EQ(finished(job.id).status, JobStatus::error);
    EXPECT_NE(datums(job).at(0).error_message.find("in/a"), std::string::npos);
}

} // namespace sluice::datum_executor_test
