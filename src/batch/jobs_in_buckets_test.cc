// SPDX-License-Identifier: Apache-2.0
// Whole jobs whose files lie in buckets, with the credentials that their pipelines name.
#include "batch/bucket_jobs_fixture.h"
#include "batch/testing.h"

namespace sluice::jobs_in_buckets_test {

namespace {

using namespace testing;

class JobsInBuckets : public BatchTest {
protected:
    JobsInBuckets()
    {
        dir_.put("secrets/mine/id", "mine\n");
        dir_.put("secrets/mine/AWS_SECRET_ACCESS_KEY", "m");
        buckets_.fill = [](MemoryService& service) { service.put({"b", "in/a"}, "hello"); };
        sweeper_ = std::make_unique<OutputSweeper>(loop_.get_executor(), *store_, *stores_, Log());
        Jobs::Options options;
        options.log_directory = dir_ / "logs";
        options.secrets_directory = dir_ / "secrets";
        jobs_ = std::make_unique<Jobs>(*engine_, *stores_, *sweeper_, threads_, options);
    }

    // Nothing sweeps in the background: its storage would go first.
    void serve_buckets()
    {
        DatumRunner::Options options;
        options.work_directory = dir_ / "work";
        options.log_directory = dir_ / "logs";
        options.secrets_directory = dir_ / "secrets";
        options.base_env = process_environment();
        runner_ = std::make_unique<DatumRunner>(*stores_, *commands_, threads_, options, Log());
        executor_ =
            std::make_unique<DatumExecutor>(loop_.get_executor(), *store_, *sweeper_, *runner_);
        Dispatcher::Options dispatcher;
        dispatcher.queues = {"job/*"};
        await(loop_, engine_->serve(dispatcher, *executor_)).value();
    }

    Json in_buckets(std::string script, std::string egress, std::string secret = "mine")
    {
        Json input = atom("in", "/*");
        input["atom"]["URI"] = "s3://b/in";
        Json spec = pipeline(std::move(script), std::move(input));
        spec["egress"]["URI"] = std::move(egress);
        Json key{{"name", std::move(secret)}, {"key", "id"}, {"env_var", "AWS_ACCESS_KEY_ID"}};
        spec["transform"]["secrets"] = Json::array({std::move(key)});
        return spec;
    }

    MemoryService* service(std::string_view scheme, std::string_view key)
    {
        for (const FakeBuckets::Made& made : buckets_.made)
            if (made.scheme == scheme && made.key == key)
                return made.service;
        return nullptr;
    }

    FakeBuckets buckets_{loop_};
    std::unique_ptr<SecretSource> secrets_ = make_directory_secrets(threads_, dir_ / "secrets");
    std::unique_ptr<JobBlobs> stores_ =
        make_job_blobs(buckets_.parts(secrets_.get(), FakeBuckets::server()));
};

} // namespace

TEST_F(JobsInBuckets, files_come_from_one_service_and_go_to_another)
{
    serve_buckets();

    const Job job = finish(in_buckets("tr a-z A-Z </pfs/in/a >/pfs/out/result", "gs://b/out/"));

    EXPECT_EQ(job.status, JobStatus::done);
    ASSERT_EQ(buckets_.made.size(), 2u);
    MemoryService* const google = service("gs", "server"); // for it no secret is named
    ASSERT_NE(google, nullptr);
    EXPECT_EQ(*google->buckets["b"].at("out/result").bytes, "HELLO");
    EXPECT_NE(service("s3", "mine"), nullptr);
}

TEST_F(JobsInBuckets, a_sweep_uses_the_jobs_credentials)
{
    const Job job = create(in_buckets("true", "s3://b/out")).value().job;
    RegisterWorker worker;
    worker.name = "by-hand";
    worker.kind = RegisterWorker::Kind::remote;
    Claim claim;
    claim.worker = await(loop_, store_->register_worker(worker)).value();
    claim.queues = std::make_shared<const QueueFilter>(std::vector<std::string>{"job/*"});
    const Leased task = await(loop_, store_->claim(claim)).value().at(0);
    RegisterOutputs request{task.task, task.run, task.attempt, claim.worker, {"x"}};
    const Stop never;
    ASSERT_TRUE(await(loop_, register_outputs(*store_, *sweeper_, request, never)));
    MemoryService* const mine = service("s3", "mine");
    ASSERT_NE(mine, nullptr);
    mine->put({"b", "out/x"}, "half of it");
    mine->put({"b", "out/y"}, "another's");
    ASSERT_TRUE(await(loop_, jobs_->cancel(job.id, "ann")));

    EXPECT_EQ(await(loop_, sweeper_->run_once()).value(), 1u);

    EXPECT_EQ(buckets_.made.size(), 1u);
    EXPECT_FALSE(mine->buckets["b"].contains("out/x"));
    EXPECT_TRUE(mine->buckets["b"].contains("out/y"));
}

TEST_F(JobsInBuckets, a_secret_that_is_missing_is_a_problem_of_the_pipeline)
{
    const Json spec = in_buckets("true", "s3://b/out", "absent");

    const std::string words = refusal(spec);

    EXPECT_EQ(words.find("transform.secrets: secret 'absent'"), 0u) << words;
    EXPECT_TRUE(buckets_.made.empty());
}

TEST_F(JobsInBuckets, a_check_and_a_retry_have_them_too)
{
    const Json spec = in_buckets("true", "s3://b/out");
    Json checked = spec;
    EXPECT_EQ(await(loop_, jobs_->check(std::move(checked), nullptr)).value(), 1u);
    const Job job = create(spec).value().job;
    ASSERT_TRUE(await(loop_, jobs_->cancel(job.id, "ann")));
    Jobs::RetryJob again;
    again.job = job.id;

    EXPECT_TRUE(await(loop_, jobs_->retry(std::move(again))));

    EXPECT_EQ(service("s3", "server"), nullptr);
}

TEST_F(JobsInBuckets, an_egress_that_is_away_is_no_fault_of_the_pipeline)
{
    buckets_.fill = [](MemoryService& service) {
        service.put({"b", "in/a"}, "hello");
        service.before = [&service](const MemoryService::Call& call) {
            return call.what == "begin" ? service.bad({Errc::overloaded, "SlowDown"})
                                        : service.good();
        };
    };

    const Judged<Jobs::Created> created = create(in_buckets("true", "s3://b/out"));

    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().code, Errc::unavailable);
    EXPECT_NE(to_error(created.error()).detail.find("egress.URI"), std::string::npos);
}

TEST_F(JobsInBuckets, secrets_that_cannot_be_read_now_are_none_either)
{
    FakeSecrets busy(loop_);
    busy.error = Error{Errc::overloaded, "too many requests"};
    const auto blobs = make_job_blobs(buckets_.parts(&busy, FakeBuckets::server()));
    Jobs jobs(*engine_, *blobs, *sweeper_, threads_, {});
    Jobs::NewJob request;
    request.spec = in_buckets("true", "s3://b/out");

    const Judged<Jobs::Created> created = await(loop_, jobs.create(std::move(request)));

    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().code, Errc::unavailable);
}

TEST_F(JobsInBuckets, pods_do_not_come_to_the_files_of_a_server)
{
    dir_.put("in/a", "");
    jobs_->run_on_cluster({"default", [] { return std::string(); }});
    const Json inputs{{"cross", {atom("in", "/*"), in_buckets("true", "")["input"]}}};
    Json spec = pipeline("true", inputs);

    const std::string words = refusal(spec);

    const std::string why =
        "' is on this machine, where no pod comes; accepted: s3://bucket/path, gs://bucket/path";
    const std::string in = "input.cross[0].atom.URI: 'file://" + (dir_ / "in") + why;
    const std::string out = "egress.URI: 'file://" + (dir_ / "out") + why;
    EXPECT_EQ(words, in + "; " + out);

    spec["input"] = in_buckets("true", "")["input"];
    spec["egress"]["URI"] = "gs://b/out";
    EXPECT_TRUE(create(spec));
}

TEST_F(JobsInBuckets, pods_get_nothing_that_is_sluices_own)
{
    jobs_->run_on_cluster({"default", [] { return std::string(); }});
    Json spec = in_buckets("true", "s3://b/out");
    const std::string other = create(spec).value().job.job_name;
    Json spec_of_other = spec;
    Json token{{"name", other}, {"key", "token"}, {"env_var", "TOKEN"}};
    spec_of_other["transform"]["secrets"].push_back(std::move(token));
    const std::string why = " is the Secret of a job's token; accepted: a Secret that is not "
                            "Sluice's own";
    EXPECT_EQ(refusal(spec_of_other), "transform.secrets[1].name: '" + other + "'" + why);

    spec["transform"]["service_account"] = "sluice";
    const Judged<std::uint64_t> checked = await(loop_, jobs_->check(std::move(spec), nullptr));
    ASSERT_FALSE(checked);
    ASSERT_EQ(checked.error().problems.size(), 1u);
    EXPECT_EQ(checked.error().problems[0].path, "transform.service_account");
}

TEST_F(JobsInBuckets, a_retry_gives_nothing_that_is_sluices_own_either)
{
    jobs_->run_on_cluster({"default", [] { return std::string(); }});
    const Job job = create(in_buckets("true", "s3://b/out")).value().job;
    ASSERT_TRUE(await(loop_, jobs_->cancel(job.id, "ann")));
    Jobs::RetryJob again;
    again.job = job.id;
    again.set = {"transform.service_account=sluice"};

    const Judged<Jobs::Created> retried = await(loop_, jobs_->retry(std::move(again)));

    ASSERT_FALSE(retried);
    EXPECT_EQ(retried.error().code, Errc::invalid);
}

} // namespace sluice::jobs_in_buckets_test
