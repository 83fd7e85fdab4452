// SPDX-License-Identifier: Apache-2.0
#include "blob/s3/s3_head.h"

#include <gtest/gtest.h>

namespace sluice::s3_head_test {
namespace {

constexpr const char* md5_of_abc = "\"900150983cd24fb0d6963f7d28e17f72\"";

} // namespace

TEST(S3Head, a_whole_object_tells_size_version_and_checksums)
{
    const Result<ObjectHead> head = read_s3_head(
        200, {{"content-length", "3"}, {"etag", md5_of_abc}, {"x-amz-checksum-crc32c", "4waSgw=="}},
        0
    );

    ASSERT_TRUE(head) << head.error().detail;
    EXPECT_EQ(head->size, 3u);
    EXPECT_EQ(head->version, md5_of_abc);
    EXPECT_EQ(head->crc32c, 0xe3069283u);
    EXPECT_EQ(head->md5, md5("abc"));
}

TEST(S3Head, a_range_tells_the_size_of_the_whole_and_no_checksum)
{
    const Result<ObjectHead> head = read_s3_head(
        206,
        {{"Content-Length", "5"},
         {"Content-Range", "bytes 5-9/20"},
         {"ETag", md5_of_abc},
         {"x-amz-checksum-crc32c", "4waSgw=="}},
        5
    );

    EXPECT_EQ(head->size, 20u);
    EXPECT_EQ(head->crc32c, std::nullopt);
    EXPECT_EQ(head->md5, std::nullopt);
}

TEST(S3Head, other_bytes_than_were_asked_for_are_refused)
{
    EXPECT_EQ(
        read_s3_head(206, {{"Content-Range", "bytes 0-9/20"}}, 5).error().code, Errc::invalid
    );
    EXPECT_EQ(read_s3_head(206, {}, 5).error().code, Errc::invalid);
    EXPECT_EQ(read_s3_head(200, {{"Content-Length", "20"}}, 5).error().code, Errc::invalid);
    EXPECT_EQ(read_s3_head(200, {}, 0).error().code, Errc::unavailable);
}

TEST(S3Head, checksums_of_parts_and_etags_of_encrypted_objects_are_none_of_the_whole)
{
    const auto head = [](Field more) {
        const Headers headers{
            {"Content-Length", "3"},
            {"ETag", md5_of_abc},
            {"x-amz-checksum-crc32c", "4waSgw=="},
            std::move(more)};
        return read_s3_head(200, headers, 0).value();
    };

    EXPECT_EQ(head({"x-amz-checksum-type", "COMPOSITE"}).crc32c, std::nullopt);
    EXPECT_NE(head({"x-amz-checksum-type", "FULL_OBJECT"}).crc32c, std::nullopt);
    EXPECT_EQ(head({"x-amz-server-side-encryption", "aws:kms"}).md5, std::nullopt);
    EXPECT_NE(head({"x-amz-server-side-encryption", "AES256"}).md5, std::nullopt);
    EXPECT_EQ(
        head({"x-amz-server-side-encryption-customer-algorithm", "AES256"}).md5, std::nullopt
    );

    const Headers in_parts{
        {"Content-Length", "3"},
        {"ETag", "\"900150983cd24fb0d6963f7d28e17f72-2\""},
        {"x-amz-checksum-crc32c", "4waSgw==-2"}};
    EXPECT_EQ(read_s3_head(200, in_parts, 0)->crc32c, std::nullopt);
    EXPECT_EQ(md5_of_etag(in_parts), std::nullopt);
}

TEST(S3Head, an_upload_is_known_by_its_size_and_its_parts)
{
    // The MD5 of twice the MD5 of "abc".
    const auto head = [](std::string etag, std::string more = "") {
        return Headers{
            {"Content-Length", "6"},
            {"ETag", std::move(etag)},
            {"x-amz-server-side-encryption", std::move(more)}};
    };
    const Md5 one = md5("abc");
    const std::string_view bytes(reinterpret_cast<const char*>(one.data()), one.size());
    const std::string both = encode_hex(md5(std::string(bytes) + std::string(bytes)));
    const std::vector<std::string> parts{md5_of_abc, md5_of_abc};

    EXPECT_TRUE(is_upload_of(head("\"" + both + "-2\""), 6, parts));
    EXPECT_FALSE(is_upload_of(head("\"" + both + "-2\""), 7, parts)) << "another size";
    EXPECT_FALSE(is_upload_of(head("\"" + both + "-3\""), 6, parts)) << "other parts";
    EXPECT_FALSE(is_upload_of(head(md5_of_abc), 6, parts)) << "in one piece";
    const std::string older = "\"00000000000000000000000000000000-2\"";
    EXPECT_FALSE(is_upload_of(head(older), 6, parts)) << "an older object";
    EXPECT_TRUE(is_upload_of(head(older, "aws:kms"), 6, parts)) << "its ETag tells nothing more";
    EXPECT_TRUE(is_upload_of(head("\"x-2\""), 6, {"a", "b"}));
}

} // namespace sluice::s3_head_test
