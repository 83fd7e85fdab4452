// SPDX-License-Identifier: Apache-2.0
#include "batch/job_blobs.h"

#include "async/task_scope.h"
#include "batch/bucket_jobs_fixture.h"

namespace sluice::job_blobs_test {

namespace {

using namespace std::chrono_literals;
using namespace testing;

class JobBlobsTest : public ::testing::Test {
protected:
    JobBlobsTest()
    {
        secrets_.secrets["red"] = {{"id", "red"}, {"AWS_SECRET_ACCESS_KEY", "r\n"}};
        secrets_.secrets["blue"] = {{"id", "blue"}};
    }

    static Pipeline pipeline(std::string input, std::vector<Secret> secrets)
    {
        Pipeline made;
        Atom atom;
        atom.uri = parse_uri(input).value();
        made.input.node = atom;
        made.egress = parse_uri("file:///out").value();
        made.transform.secrets = std::move(secrets);
        return made;
    }

    static Pipeline in_s3(std::vector<Secret> secrets)
    {
        return pipeline("s3://b/in", std::move(secrets));
    }

    Result<std::shared_ptr<BlobStore>> of(const Pipeline& pipeline)
    {
        return await(loop_, blobs_->of(pipeline));
    }

    Result<std::vector<BlobEntry>> list(BlobStore& store, const std::string& place)
    {
        const auto listing = store.list(place, ListDepth::recursive);
        return await(loop_, listing->next_page());
    }

    asio::io_context loop_;
    FakeSecrets secrets_{loop_};
    FakeBuckets buckets_{loop_};
    std::unique_ptr<JobBlobs> blobs_ =
        make_job_blobs(buckets_.parts(&secrets_, FakeBuckets::server()));
};

} // namespace

TEST_F(JobBlobsTest, two_jobs_with_two_secrets_do_not_mix)
{
    const auto red = of(in_s3({key_from("red")})).value();
    const auto blue = of(in_s3({key_from("blue")})).value();
    ASSERT_EQ(buckets_.made.size(), 2u);
    EXPECT_EQ(buckets_.made[0].key, "red");
    EXPECT_EQ(buckets_.made[0].secret, "r");
    EXPECT_EQ(buckets_.made[1].key, "blue");
    EXPECT_EQ(buckets_.made[1].secret, "");

    buckets_.made[0].service->put({"b", "in/a"}, "x");

    EXPECT_EQ(list(*red, "s3://b/in").value().size(), 1u);
    EXPECT_EQ(list(*blue, "s3://b/in").value().size(), 0u);
}

TEST_F(JobBlobsTest, one_secret_is_one_store_and_is_kept_for_a_minute)
{
    of(in_s3({key_from("red")})).value();
    of(in_s3({key_from("red")})).value();
    EXPECT_EQ(buckets_.made.size(), 1u);
    EXPECT_EQ(secrets_.reads, 1);

    secrets_.secrets["red"]["id"] = "newer";
    buckets_.stage.clock.time += 59s;
    of(in_s3({key_from("red")})).value();
    EXPECT_EQ(buckets_.made.size(), 1u);
    buckets_.stage.clock.time += 1s;
    of(in_s3({key_from("red")})).value();

    ASSERT_EQ(buckets_.made.size(), 2u);
    EXPECT_EQ(buckets_.made[1].key, "newer");
    EXPECT_EQ(secrets_.reads, 2);
}

TEST_F(JobBlobsTest, many_who_ask_at_once_are_one_question)
{
    secrets_.hold = true;
    const Pipeline pipeline = in_s3({key_from("red")});
    int answers = 0;
    for (int i = 0; i < 10; ++i)
        asio::co_spawn(loop_, blobs_->of(pipeline), [&](std::exception_ptr, auto blobs) {
            answers += blobs ? 1 : 0;
        });
    loop_.poll();
    secrets_.release();
    loop_.restart();
    loop_.run();

    EXPECT_EQ(answers, 10);
    EXPECT_EQ(secrets_.reads, 1);
    EXPECT_EQ(buckets_.made.size(), 1u);
}

TEST_F(JobBlobsTest, without_a_secret_the_servers_own_are_used)
{
    of(in_s3({})).value();
    of(in_s3({key_from("red", "PASSWORD")})).value();
    blobs_->own();

    ASSERT_EQ(buckets_.made.size(), 2u); // of S3, and of Google for own()
    EXPECT_EQ(buckets_.made[0].key, "server");
    EXPECT_EQ(buckets_.made[1].scheme, "gs");
    EXPECT_EQ(secrets_.reads, 0);
}

TEST_F(JobBlobsTest, each_service_has_its_own_secret)
{
    secrets_.secrets["google"] = {{"id", "key in JSON"}};
    const std::vector<Secret> both{
        key_from("red"), key_from("google", "GOOGLE_SERVICE_ACCOUNT_KEY")};
    Pipeline mixed = pipeline("gs://b/in", both);
    mixed.egress = parse_uri("s3://b/out").value();

    of(mixed).value();

    ASSERT_EQ(buckets_.made.size(), 2u);
    EXPECT_EQ(buckets_.made[0].key, "red");
    EXPECT_EQ(buckets_.made[1].scheme, "gs");
    EXPECT_EQ(buckets_.made[1].key, "key in JSON");
}

TEST_F(JobBlobsTest, secrets_of_a_job_without_buckets_are_not_read)
{
    of(pipeline("file:///in", {key_from("absent")})).value();

    EXPECT_EQ(secrets_.reads, 0);
    EXPECT_TRUE(buckets_.made.empty());
}

TEST_F(JobBlobsTest, in_a_pod_everything_stands_in_the_environment)
{
    blobs_ = make_job_blobs(buckets_.parts(nullptr, FakeBuckets::server()));

    of(in_s3({key_from("red")})).value();

    EXPECT_EQ(buckets_.made.at(0).key, "server");
}

TEST_F(JobBlobsTest, a_secret_that_is_missing_is_named)
{
    const Error absent = of(in_s3({key_from("absent")})).error();
    EXPECT_EQ(absent, (Error{Errc::invalid, "secret 'absent': there is none"}));

    secrets_.secrets["red"] = {{"AWS_SECRET_ACCESS_KEY", "r"}};
    const Error no_key = of(in_s3({key_from("red")})).error();
    EXPECT_EQ(no_key, (Error{Errc::invalid, "secret 'red': it has no key 'id'"}));

    secrets_.error = Error{Errc::unauthorized, "may not get secrets"};
    EXPECT_EQ(of(in_s3({key_from("blue")})).error().code, Errc::invalid);
    EXPECT_TRUE(buckets_.made.empty()); // least of all with the server's own credentials
}

TEST_F(JobBlobsTest, an_optional_secret_that_is_missing_leaves_the_servers_own)
{
    SecretVariable key = key_from("absent");
    key.optional = true;
    of(in_s3({key})).value();
    secrets_.secrets["absent"] = {};
    of(in_s3({key})).value();

    ASSERT_EQ(buckets_.made.size(), 1u);
    EXPECT_EQ(buckets_.made[0].key, "server");
}

TEST_F(JobBlobsTest, what_was_read_serves_while_secrets_cannot_be_read)
{
    of(in_s3({key_from("red")})).value();
    buckets_.stage.clock.time += 1h;

    secrets_.error = Error{Errc::unavailable, "connection refused"};
    EXPECT_TRUE(of(in_s3({key_from("red")})));
    EXPECT_EQ(of(in_s3({key_from("blue")})).error().code, Errc::unavailable);

    secrets_.error = Error{Errc::not_found, "deleted"};
    EXPECT_EQ(of(in_s3({key_from("red")})).error().code, Errc::invalid);
    secrets_.error = Error{Errc::unavailable, "connection refused"};
    EXPECT_EQ(of(in_s3({key_from("red")})).error().code, Errc::unavailable);
}

TEST_F(JobBlobsTest, a_store_lives_for_as_long_as_it_is_used)
{
    const auto first = of(in_s3({key_from("red")})).value();
    buckets_.made.at(0).service->put({"b", "in/a"}, "x");
    for (int i = 0; i < 100; ++i) { // more than are remembered
        const std::string name = std::to_string(i);
        secrets_.secrets[name] = {{"id", name}};
        of(in_s3({key_from(name)})).value();
    }

    EXPECT_EQ(list(*first, "s3://b/in").value().size(), 1u);
}

} // namespace sluice::job_blobs_test
