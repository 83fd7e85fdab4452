// SPDX-License-Identifier: Apache-2.0
#include "app/job_storage.h"

#include "app/config.h"
#include "async/testing.h"
#include "async/worker_threads.h"
#include "exec/test_dir.h"
#include "kube/testing/fake_cluster.h"

#include <gtest/gtest.h>

namespace sluice::job_storage_test {

namespace {

using testing::await;

class FixedClock final : public Clock {
public:
    Time now() const override { return from_micros(1); }
};

class JobStorageTest : public ::testing::Test {
protected:
    JobStorageTest()
    {
        SecretVariable key;
        key.name = "s3";
        key.key = "id";
        key.env_var = "AWS_ACCESS_KEY_ID";
        pipeline_.transform.secrets = {key};
        pipeline_.input.node = Atom{};
        pipeline_.egress = parse_uri("s3://b/out").value();
        config_.secrets_directory = dir_.path();
        storage_.emplace(loop_.get_executor(), config_, threads_, Log());
    }

    Result<std::shared_ptr<BlobStore>> blobs()
    {
        return await(loop_, storage_->blobs().of(pipeline_));
    }

    testing::TestDir dir_;
    Config config_;
    Pipeline pipeline_;
    asio::io_context loop_;
    WorkerThreads threads_{loop_.get_executor(), "test", 1};
    FixedClock clock_;
    testing::FakeCluster cluster_{loop_.get_executor(), clock_};
    std::optional<JobStorage> storage_;
};

} // namespace

TEST_F(JobStorageTest, secrets_are_files_until_there_is_a_cluster)
{
    EXPECT_EQ(blobs().error().code, Errc::invalid);
    dir_.put("s3/id", "A");
    EXPECT_TRUE(blobs());
    EXPECT_EQ(cluster_.calls(), 0u);
}

TEST_F(JobStorageTest, then_they_are_those_of_the_cluster_alone)
{
    dir_.put("s3/id", "A");
    storage_->use_secrets_of(cluster_);
    EXPECT_EQ(blobs().error().code, Errc::invalid);

    kube::SecretObject secret;
    secret.meta.name = "s3";
    secret.data = {{"id", "A"}};
    await(loop_, cluster_.create_secret(secret)).value();

    EXPECT_TRUE(blobs());
}

TEST_F(JobStorageTest, a_cluster_that_is_left_is_asked_nothing_any_more)
{
    storage_->use_secrets_of(cluster_);
    cluster_.hold(kube::get_secret);
    std::optional<Errc> code;
    asio::co_spawn(loop_, storage_->blobs().of(pipeline_), [&](std::exception_ptr, auto blobs) {
        code = blobs.error().code;
    });
    loop_.poll();
    ASSERT_EQ(cluster_.held(kube::get_secret), 1u);

    await(loop_, storage_->leave_cluster());

    EXPECT_EQ(cluster_.held(kube::get_secret), 0u);
    EXPECT_EQ(blobs().error().code, Errc::unavailable);
    EXPECT_EQ(code, Errc::unavailable);
    EXPECT_EQ(cluster_.calls(kube::get_secret), 1u);
}

} // namespace sluice::job_storage_test
