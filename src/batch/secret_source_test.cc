// SPDX-License-Identifier: Apache-2.0
#include "batch/secret_source.h"

#include "async/testing.h"
#include "async/worker_threads.h"
#include "exec/test_dir.h"
#include "kube/testing/fake_cluster.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace sluice::secret_source_test {

namespace {

using testing::await;

class DirectorySecrets : public ::testing::Test {
protected:
    Result<SecretData> read(std::string name) { return await(loop_, source_->read(name)); }

    testing::TestDir dir_;
    asio::io_context loop_;
    WorkerThreads threads_{loop_.get_executor(), "test", 1};
    std::unique_ptr<SecretSource> source_ = make_directory_secrets(threads_, dir_.path());
};

class FixedClock final : public Clock {
public:
    Time now() const override { return from_micros(1); }
};

class ClusterSecrets : public ::testing::Test {
protected:
    Result<SecretData> read(std::string name) { return await(loop_, source_->read(name)); }

    asio::io_context loop_;
    FixedClock clock_;
    testing::FakeCluster cluster_{loop_.get_executor(), clock_};
    std::unique_ptr<SecretSource> source_ = make_cluster_secrets(cluster_);
};

} // namespace

TEST_F(DirectorySecrets, every_file_is_a_key_byte_for_byte)
{
    dir_.put("s3/id", "A\n");
    dir_.put("s3/key", std::string("\0b", 2));
    dir_.put("s3/folder/no-key", "");

    EXPECT_EQ(read("s3").value(), (SecretData{{"id", "A\n"}, {"key", std::string("\0b", 2)}}));
}

TEST_F(DirectorySecrets, a_volume_of_kubernetes_is_read_as_it_is_mounted)
{
    dir_.put("s3/..2026_01_01/id", "A");
    std::filesystem::create_directory_symlink("..2026_01_01", dir_ / "s3/..data");
    std::filesystem::create_symlink("..data/id", dir_ / "s3/id");

    EXPECT_EQ(read("s3").value(), (SecretData{{"id", "A"}}));
}

TEST_F(DirectorySecrets, what_does_not_exist_is_not_found)
{
    const std::unique_ptr<SecretSource> none = make_directory_secrets(threads_, "");

    EXPECT_EQ(read("absent").error().code, Errc::not_found);
    EXPECT_EQ(await(loop_, none->read("s3")).error().code, Errc::not_found);
}

TEST_F(DirectorySecrets, names_do_not_lead_out_of_the_directory)
{
    dir_.put("key", "not yours");
    for (const char* name : {"", ".", "..", "../x", "a/b"})
        EXPECT_EQ(read(name).error().code, Errc::invalid) << name;
}

TEST_F(DirectorySecrets, a_key_has_a_megabyte_at_most)
{
    dir_.put("s3/id", std::string((1 << 20) + 1, 'x'));

    EXPECT_EQ(read("s3").error().code, Errc::invalid);
}

TEST_F(ClusterSecrets, are_those_of_the_cluster)
{
    kube::SecretObject secret;
    secret.meta.name = "s3";
    secret.data = {{"id", "A"}};
    await(loop_, cluster_.create_secret(secret)).value();

    EXPECT_EQ(read("s3").value(), (SecretData{{"id", "A"}}));
    EXPECT_EQ(read("absent").error().code, Errc::not_found);
}

TEST_F(ClusterSecrets, a_secret_that_may_not_be_read_says_how)
{
    cluster_.fail(kube::get_secret, Error{Errc::unauthorized, "may not get secrets 's3'"});

    const Error error = read("s3").error();

    EXPECT_EQ(error.code, Errc::unauthorized);
    EXPECT_NE(error.detail.find("may not get secrets 's3'"), std::string::npos);
    EXPECT_NE(error.detail.find("--bucket-secret s3"), std::string::npos) << error.detail;
}

} // namespace sluice::secret_source_test
