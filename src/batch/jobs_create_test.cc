// SPDX-License-Identifier: Apache-2.0
#include "batch/job_plan.h"
#include "batch/testing.h"

namespace sluice::jobs_create_test {

namespace {

using JobsCreate = testing::BatchTest;
using Paths = std::vector<std::string>;
using ::testing::TestWithParam;

} // namespace

TEST_F(JobsCreate, each_file_becomes_a_datum_in_byte_order)
{
    dir_.put("in/b.txt", "b");
    dir_.put("in/a.txt", "a");
    dir_.put("in/.hidden", "h");

    const Job job = create(pipeline("true", atom("in", "/*"))).value().job;

    EXPECT_EQ(job.status, JobStatus::running);
    EXPECT_EQ(job.job_name.substr(0, 9), "test-job-");
    EXPECT_EQ(job.command, (Paths{"sh", "-c", "true"}));
    const std::vector<Datum> found = datums(job);
    ASSERT_EQ(found.size(), 3u);
    EXPECT_EQ(local_paths(found[0]), Paths{"in/.hidden"});
    EXPECT_EQ(local_paths(found[1]), Paths{"in/a.txt"});
    EXPECT_EQ(local_paths(found[2]), Paths{"in/b.txt"});
    EXPECT_EQ(found[0].status, DatumStatus::ready);
    EXPECT_EQ(found[0].job_id, job.id);
}

TEST_F(JobsCreate, a_datum_has_no_more_names_than_a_worker_can_be_told)
{
    const auto listing = std::make_shared<Listing>();
    for (const char* path : {"a", "b", "long-name"})
        ASSERT_TRUE(listing->add(path, 1));
    listing->finish();
    const Pipeline each = read_pipeline(pipeline("true", atom("in", "/*"))).value();
    const auto plan =
        std::make_shared<const DatumPlan>(DatumPlan::make(each.input, {listing}).value());
    const auto tasks_within = [&](std::size_t bytes) {
        const auto source = tasks_of_plan(plan, datum_template(each), threads_, bytes);
        return testing::await(loop_, source->next(10));
    };
    const std::size_t largest = tasks_within(1000).value().at(2).payload.size();

    EXPECT_TRUE(tasks_within(largest));
    const Error error = tasks_within(largest - 1).error();
    EXPECT_EQ(error.code, Errc::invalid);
    EXPECT_TRUE(error.detail.starts_with("input: a datum has 1 files, whose names take"));
}

TEST_F(JobsCreate, a_slash_is_one_datum_with_everything)
{
    dir_.put("in/a", "");
    dir_.put("in/sub/b", "");

    const std::vector<Datum> found = datums(create(pipeline("true", atom("in", "/"))).value().job);

    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(local_paths(found[0]), (Paths{"in/a", "in/sub/b"}));
}

TEST_F(JobsCreate, a_directory_is_a_datum_with_all_below_it)
{
    dir_.put("in/2024/a", "");
    dir_.put("in/2024/deep/b", "");
    dir_.put("in/z", "");

    const std::vector<Datum> found = datums(create(pipeline("true", atom("in", "/*"))).value().job);

    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(local_paths(found[0]), (Paths{"in/2024/a", "in/2024/deep/b"}));
}

TEST_F(JobsCreate, a_cross_pairs_and_a_union_appends)
{
    dir_.put("a/1", "");
    dir_.put("a/2", "");
    dir_.put("b/x", "");
    dir_.put("b/y", "");
    Json cross, sum;
    cross["cross"] = {atom("a", "/*"), atom("b", "/*")};
    sum["union"] = {atom("a", "/*"), atom("b", "/*")};

    const std::vector<Datum> pairs = datums(create(pipeline("true", cross)).value().job);
    const std::vector<Datum> list = datums(create(pipeline("true", sum)).value().job);

    ASSERT_EQ(pairs.size(), 4u);
    EXPECT_EQ(local_paths(pairs[1]), (Paths{"a/1", "b/y"}));
    ASSERT_EQ(list.size(), 4u);
    EXPECT_EQ(local_paths(list[2]), Paths{"b/x"});
}

TEST_F(JobsCreate, many_datums_are_staged_and_keep_their_order)
{
    for (int i = 0; i < 80; ++i) {
        dir_.put(fmt::format("a/{:02}", i), "");
        dir_.put(fmt::format("b/{:02}", i), "");
    }
    Json cross;
    cross["cross"] = {atom("a", "/*"), atom("b", "/*")};

    const Job job = create(pipeline("true", cross)).value().job;

    EXPECT_EQ(job.counts.total, 6400);
    Jobs::DatumFilter filter;
    filter.limit = 10'000;
    const std::vector<Datum> found = testing::await(loop_, jobs_->datums(job.id, filter)).value();
    ASSERT_EQ(found.size(), 6400u);
    EXPECT_EQ(local_paths(found[6399]), (Paths{"a/79", "b/79"}));
    EXPECT_EQ(local_paths(found[5000]), (Paths{"a/62", "b/40"}));
}

TEST_F(JobsCreate, an_input_without_a_match_is_done_at_once_with_a_warning)
{
    dir_.put("in/a.txt", "");

    const Jobs::Created created = create(pipeline("true", atom("in", "/*.csv"))).value();

    EXPECT_EQ(created.job.status, JobStatus::done);
    EXPECT_EQ(created.warnings.size(), 1u);
}

TEST_F(JobsCreate, all_problems_of_the_world_come_at_once)
{
    dir_.put("out", "a file where the egress should be");
    Json spec = pipeline("true", atom("missing", "/*"));
    spec["transform"]["secrets"] =
        Json::parse(R"([{"name": "db", "key": "password", "env_var": "PASSWORD"}])");

    const Judged<Jobs::Created> created = create(spec);

    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().code, Errc::invalid);
    std::vector<std::string> paths;
    for (const Problem& problem : created.error().problems)
        paths.push_back(problem.path);
    EXPECT_EQ(paths, (Paths{"egress.URI", "transform.secrets[0]", "input.atom.URI"}));
    EXPECT_NE(refusal(spec).find("missing"), std::string::npos);
    EXPECT_TRUE(testing::await(loop_, jobs_->list({})).value().empty());
}

TEST_F(JobsCreate, problems_of_the_document_come_with_their_paths)
{
    Json spec = pipeline("true", atom("in", "/*"));
    spec["datum_trys"] = 3;
    spec["parallelism_spec"]["constant"] = 0;

    const Judged<Jobs::Created> created = create(spec);

    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().problems.size(), 2u);
}

TEST_F(JobsCreate, plain_paths_and_buckets_are_refused)
{
    Json spec = pipeline("true", Json::parse(R"({"union": [
        {"atom": {"URI": "texts", "repo": "a", "glob": "/"}},
        {"atom": {"URI": "s3://bucket/x", "repo": "b", "glob": "/"}}]})"));

    const std::string words = refusal(spec);

    EXPECT_NE(words.find("input.union[0].atom.URI: 'texts' is a plain path"), std::string::npos)
        << words;
    EXPECT_NE(words.find("there is no way to s3://"), std::string::npos) << words;
}

TEST_F(JobsCreate, the_limit_of_datums_is_told)
{
    Jobs::Options options;
    options.datums_max = 2;
    jobs_ = std::make_unique<Jobs>(*engine_, blobs_, *sweeper_, threads_, options);
    for (const char* name : {"in/a", "in/b", "in/c"})
        dir_.put(name, "");

    const std::string words = refusal(pipeline("true", atom("in", "/*")));

    EXPECT_EQ(words.substr(0, 6), "input:") << words;
}

TEST_F(JobsCreate, a_name_that_is_taken_is_drawn_again)
{
    dir_.put("in/a", "");
    SeededRandom first(7), second(7);
    jobs_ = make_jobs(&first);
    const Job one = create(pipeline("true", atom("in", "/*"))).value().job;
    jobs_ = make_jobs(&second);
    const Job two = create(pipeline("true", atom("in", "/*"))).value().job;

    EXPECT_NE(one.job_name, two.job_name);
}

TEST_F(JobsCreate, the_same_idempotency_key_gives_the_first_job_again)
{
    dir_.put("in/a", "");
    Jobs::NewJob request;
    request.spec = pipeline("true", atom("in", "/*"));
    request.request_key = "once";
    request.body_hash = "h";
    Jobs::NewJob again = request;
    Jobs::NewJob other = request;
    other.body_hash = "another";

    const auto first = testing::await(loop_, jobs_->create(std::move(request))).value();
    const auto second = testing::await(loop_, jobs_->create(std::move(again))).value();
    const auto third = testing::await(loop_, jobs_->create(std::move(other)));

    EXPECT_FALSE(first.repeated);
    EXPECT_TRUE(second.repeated);
    EXPECT_EQ(first.job.id, second.job.id);
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().code, Errc::conflict);
}

TEST_F(JobsCreate, a_check_shows_the_datums_and_stores_nothing)
{
    dir_.put("in/a", "");
    dir_.put("in/b", "");
    std::vector<std::string> seen;
    const auto each = [&](std::uint64_t, const std::vector<InputFile>& files) {
        seen.push_back(files.at(0).local_path);
    };

    const auto count =
        testing::await(loop_, jobs_->check(pipeline("true", atom("in", "/*")), each)).value();

    EXPECT_EQ(count, 2u);
    EXPECT_EQ(seen, (Paths{"in/a", "in/b"}));
    EXPECT_TRUE(testing::await(loop_, jobs_->list({})).value().empty());
}

} // namespace sluice::jobs_create_test
