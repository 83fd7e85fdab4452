// SPDX-License-Identifier: Apache-2.0
#include "blob/gcs/gcs_service.h"

#include "blob/testing/contract.h"
#include "blob/testing/gcs_fixture.h"

namespace sluice::testing::gcs_service_test {

namespace {

class GcsBackend final : public BlobBackend {
public:
    explicit GcsBackend(asio::io_context& loop) : gcs_(loop)
    {
        BucketLimits limits;
        limits.page_entries = 10;
        const BucketParts parts = gcs_.parts(limits);
        store_ = make_bucket_store(parts, make_gcs_service(parts, gcs_.settings()));
    }

    BlobStore& store() override { return *store_; }
    std::string place() const override { return "gs://bucket/deep/place/"; }

private:
    GcsStage gcs_;
    std::unique_ptr<BlobStore> store_;
};

const BackendKind gcs{"gcs", [](asio::io_context& loop, WorkerThreads&) {
                          return std::unique_ptr<BlobBackend>(new GcsBackend(loop));
                      }};

} // namespace

INSTANTIATE_TEST_SUITE_P(Gcs, BlobContract, ::testing::Values(gcs), kind_name);
INSTANTIATE_TEST_SUITE_P(Gcs, BucketContract, ::testing::Values(gcs), kind_name);

TEST_F(GcsTest, a_refused_token_is_renewed_once)
{
    ASSERT_TRUE(upload("a", "content"));
    GcsStage::order({{"do", "expire_tokens"}});

    EXPECT_EQ(fetch("a").value(), "content");

    EXPECT_EQ(GcsStage::count("token"), 2);
    EXPECT_EQ(GcsStage::count("read"), 2);
}

TEST_F(GcsTest, tokens_that_are_always_refused_are_an_error)
{
    ASSERT_TRUE(upload("a", "content"));
    GcsStage::fault("status", "read", 100, {{"status", 401}});

    const Result<std::string> fetched = fetch("a");

    ASSERT_FALSE(fetched);
    EXPECT_EQ(fetched.error().code, Errc::unauthorized);
    EXPECT_EQ(GcsStage::count("read"), 2);
}

TEST_F(GcsTest, an_emulator_is_asked_without_a_token)
{
    gcs_.variables.erase("GOOGLE_SERVICE_ACCOUNT_KEY");
    gcs_.variables["STORAGE_EMULATOR_HOST"] = GcsStage::server().text("host"); // without http://
    GcsStage::order({{"do", "public"}});

    ASSERT_TRUE(upload("a", "content"));

    EXPECT_EQ(fetch("a").value(), "content");
    EXPECT_EQ(GcsStage::count("token"), 0);
}

TEST_F(GcsTest, an_emulator_that_is_no_host_is_refused)
{
    gcs_.variables["STORAGE_EMULATOR_HOST"] = "ftp://host";

    const Result<void> uploaded = upload("a", "");

    ASSERT_FALSE(uploaded);
    EXPECT_EQ(uploaded.error().code, Errc::invalid);
    EXPECT_TRUE(says(uploaded.error(), "STORAGE_EMULATOR_HOST")) << uploaded.error().detail;
}

TEST_F(GcsTest, stored_gzip_comes_as_it_is_stored)
{
    GcsStage::order({{"do", "put"}, {"key", "packed"}, {"text", "content"}, {"packed", true}});

    const Result<std::string> fetched = fetch("packed");

    ASSERT_TRUE(fetched) << fetched.error().detail;
    EXPECT_TRUE(fetched->starts_with("\x1f\x8b"));
}

TEST_F(GcsTest, no_right_names_the_right)
{
    GcsStage::order({{"do", "deny"}, {"right", "storage.objects.list"}});

    const auto page = first_page("gs://bucket/p");

    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, Errc::unauthorized);
    EXPECT_TRUE(says(page.error(), "list 'gs://bucket/p/' (storage.objects.list)"))
        << page.error().detail;
}

TEST_F(GcsTest, a_bucket_that_does_not_exist_is_not_found)
{
    const auto page = first_page("gs://elsewhere");

    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, Errc::not_found);
    EXPECT_TRUE(says(page.error(), "elsewhere")) << page.error().detail;
}

TEST_F(GcsTest, a_name_that_is_not_utf8_is_refused)
{
    const Result<void> uploaded = upload("\xff", "");

    ASSERT_FALSE(uploaded);
    EXPECT_EQ(uploaded.error().code, Errc::invalid);
    EXPECT_TRUE(says(uploaded.error(), "UTF-8")) << uploaded.error().detail;
}

TEST_F(GcsTest, dots_in_a_key_stay)
{
    ASSERT_TRUE(upload("a/../b/./c", "content"));

    EXPECT_EQ(GcsStage::keys(), std::vector<std::string>{"a/../b/./c"});
    EXPECT_EQ(fetch("a/../b/./c").value(), "content");
}

TEST_F(GcsTest, a_service_that_is_away_is_waited_for)
{
    ASSERT_TRUE(upload("a", "content"));
    GcsStage::fault("status", "read", 2, {{"status", 503}});
    GcsStage::fault("status", "read", 1, {{"status", 429}});
    GcsStage::fault("reset", "read", 2);

    EXPECT_EQ(fetch("a").value(), "content");
    EXPECT_EQ(GcsStage::count("read"), 6);
}

TEST_F(GcsTest, a_body_that_is_cut_is_fetched_on_from_there)
{
    const std::string bytes = content(3 * part);
    GcsStage::order({{"do", "put"}, {"key", "a"}, {"text", bytes}});
    GcsStage::fault("cut", "read", 2, {{"at", 100'000}});

    EXPECT_EQ(fetch("a").value(), bytes);
}

TEST_F(GcsTest, a_wrong_checksum_is_tried_twice_more_and_named)
{
    ASSERT_TRUE(upload("a", "content"));
    GcsStage::fault("wrong_checksum", "read", 2);
    EXPECT_EQ(fetch("a").value(), "content");

    GcsStage::fault("wrong_checksum", "read", 3);
    const Result<std::string> fetched = fetch("a");

    ASSERT_FALSE(fetched);
    EXPECT_EQ(fetched.error().code, Errc::corrupt);
    EXPECT_TRUE(says(fetched.error(), "gs://bucket/a")) << fetched.error().detail;
}

TEST_F(GcsTest, an_object_that_changes_between_ranges_is_named)
{
    GcsStage::order({{"do", "put"}, {"key", "a"}, {"text", content(3 * part)}});
    GcsStage::fault("change", "read");

    const Result<std::string> fetched = fetch("a");

    ASSERT_FALSE(fetched);
    EXPECT_EQ(fetched.error().code, Errc::conflict);
    EXPECT_TRUE(says(fetched.error(), "'gs://bucket/a' changed")) << fetched.error().detail;
    EXPECT_FALSE(folder_.has("local"));
}

} // namespace sluice::testing::gcs_service_test
