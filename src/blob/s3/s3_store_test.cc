// SPDX-License-Identifier: Apache-2.0
#include "blob/testing/s3_fixture.h"

#include "net/credentials.h"

namespace sluice::s3_store_test {
namespace {

using namespace testing;

// Whole transfers through a BlobStore, in parts and ranges of 1,000 bytes; waits take no time.
class S3StoreTest : public S3Test {
protected:
    S3StoreTest() { open({}); }

    void open(VariableMap more)
    {
        VariableMap values = variables_for(scripted_s3());
        for (auto& [name, value] : more)
            values[name] = value;
        BucketLimits limits;
        limits.whole_bytes_max = 1000;
        limits.part_bytes_min = 1000;
        const BucketParts parts = stage_.parts(limits);
        store_ = make_bucket_store(parts, make_s3_service(parts, variables_of(std::move(values))));
    }

    static std::string content(std::size_t size)
    {
        std::string text(size, '\0');
        SeededRandom random(size);
        for (char& c : text)
            c = static_cast<char>('a' + random.next() % 26);
        return text;
    }

    void put(const std::string& key, const std::string& text)
    {
        order({{"do", "put"}, {"key", key}, {"text", text}});
    }

    Result<std::string> fetch(const std::string& key)
    {
        std::filesystem::remove(folder_.path("local"));
        std::vector<Transfer> transfers{{"s3://bucket/" + key, folder_.path("local")}};
        const TransferOptions options;
        const Result<void> fetched = await(loop_, store_->fetch(std::move(transfers), options));
        if (!fetched)
            return fetched.error();
        return folder_.content("local");
    }

    Result<void> upload(const std::string& key, const std::string& text)
    {
        std::vector<Transfer> transfers{{"s3://bucket/" + key, folder_.put("source", text)}};
        const TransferOptions options;
        return await(loop_, store_->upload(std::move(transfers), options));
    }

    std::string stored(const std::string& key)
    {
        const Json found = order({{"do", "get"}, {"key", key}});
        return decode_base64(found.value("base64", "")).value();
    }

    int open_uploads() { return order({{"do", "uploads"}})["open"].get<int>(); }

    std::unique_ptr<BlobStore> store_;
};

} // namespace

TEST_F(S3StoreTest, a_large_object_goes_up_in_parts_and_comes_down_in_ranges)
{
    const std::string text = content(10'500);

    ASSERT_TRUE(upload("large", text));
    EXPECT_EQ(stored("large"), text);
    EXPECT_EQ(count("part"), 11);
    EXPECT_EQ(open_uploads(), 0);

    EXPECT_EQ(fetch("large").value(), text);
    EXPECT_EQ(count("read"), 11);
}

TEST_F(S3StoreTest, a_service_that_is_away_for_a_while_is_waited_for)
{
    const std::string text = content(3'500);
    put("large", text);

    fault("status", "read", 5, {{"status", 503}, {"code", "SlowDown"}});
    fault("reset", "read", 3);
    fault("cut", "read", 3, {{"at", 100}});
    const Result<std::string> fetched = fetch("large");
    ASSERT_TRUE(fetched) << fetched.error().detail;
    EXPECT_EQ(*fetched, text);

    for (const char* kind : {"begin", "part", "finish"}) {
        fault("status", kind, 2, {{"status", 503}});
        fault("reset", kind, 1);
        fault("lose_answer", kind, 1);
    }
    const Result<void> uploaded = upload("again", text);
    ASSERT_TRUE(uploaded) << uploaded.error().detail;
    EXPECT_EQ(stored("again"), text);
}

TEST_F(S3StoreTest, what_is_refused_is_not_tried_again)
{
    order({{"do", "deny"}, {"right", "s3:GetObject"}});
    put("a", "x");

    EXPECT_EQ(fetch("a").error().code, Errc::unauthorized);
    EXPECT_EQ(count("read"), 1);
}

TEST_F(S3StoreTest, an_object_that_arrives_damaged_is_fetched_again_and_then_named)
{
    put("a", content(500));

    fault("damage", "read", 2);
    EXPECT_EQ(fetch("a").value(), content(500));

    fault("wrong_checksum", "read", 3);
    const Result<std::string> fetched = fetch("a");
    EXPECT_EQ(fetched.error().code, Errc::corrupt);
    EXPECT_NE(fetched.error().detail.find("'s3://bucket/a'"), std::string::npos);
    EXPECT_FALSE(folder_.has("local"));
}

TEST_F(S3StoreTest, without_crc32c_the_etag_is_compared)
{
    order({{"do", "put"}, {"key", "a"}, {"text", content(500)}, {"with_crc", false}});

    fault("damage", "read", 3);
    EXPECT_EQ(fetch("a").error().code, Errc::corrupt);
    EXPECT_EQ(fetch("a").value(), content(500));
}

TEST_F(S3StoreTest, an_object_that_changes_while_it_is_read_is_named)
{
    put("a", content(5'000));
    fault("change", "read");

    EXPECT_EQ(
        fetch("a").error(), (Error{Errc::conflict, "'s3://bucket/a' changed while it was read"})
    );
    EXPECT_FALSE(folder_.has("local"));
}

TEST_F(S3StoreTest, an_expired_token_in_the_middle_is_renewed)
{
    open(
        {{"AWS_ACCESS_KEY_ID", ""},
         {"AWS_SECRET_ACCESS_KEY", ""},
         {"AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/reader"},
         {"AWS_WEB_IDENTITY_TOKEN_FILE", folder_.put("web", scripted_s3().text("web_token"))},
         {"AWS_ENDPOINT_URL_STS", url()}}
    );
    ASSERT_TRUE(upload("a", content(500)));
    order({{"do", "expire_tokens"}});

    EXPECT_EQ(fetch("a").value(), content(500));
    EXPECT_EQ(count("given"), 2);
}

TEST_F(S3StoreTest, a_failed_upload_leaves_nothing_behind)
{
    fault("status", "part", 1, {{"status", 400}, {"code", "InvalidRequest"}});

    EXPECT_EQ(upload("a", content(5'000)).error().code, Errc::invalid);

    EXPECT_EQ(open_uploads(), 0);
    EXPECT_EQ(order({{"do", "keys"}})["keys"].size(), 0u);
}

} // namespace sluice::s3_store_test
