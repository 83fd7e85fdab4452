// SPDX-License-Identifier: Apache-2.0
#include "blob/gcs/gcs_answers.h"

#include <gtest/gtest.h>

namespace sluice::gcs_answers_test {

namespace {

Result<ObjectPage> page_of(std::string_view json)
{
    return read_object_list(parse_json(json).value());
}

Error error_of(int status, std::string_view body)
{
    const ObjectName name{"b", "a/k"};
    return gcs_error({gcs_actions::read, name, status, body});
}

std::string json_error(int code, std::string_view message, std::string_view reason)
{
    const Json errors = Json::array({Json{{"message", message}, {"reason", reason}}});
    return dump_json({{"error", {{"code", code}, {"message", message}, {"errors", errors}}}});
}

} // namespace

TEST(GcsAnswers, a_page_has_files_folders_and_the_token_of_the_next_one)
{
    const Result<ObjectPage> page = page_of(
        R"({"items":[{"name":"p/a","size":"12"},{"name":"p/é","size":"5497558138880"}],
            "prefixes":["p/b/"],"nextPageToken":"abc"})"
    );

    ASSERT_TRUE(page) << page.error().detail;
    const std::vector<BlobEntry> expected{
        {"p/a", BlobKind::file, 12},
        {"p/é", BlobKind::file, 5'497'558'138'880},
        {"p/b", BlobKind::folder, 0}};
    EXPECT_EQ(page->entries, expected);
    EXPECT_EQ(page->next, "abc");
}

TEST(GcsAnswers, the_last_page_may_be_empty)
{
    const Result<ObjectPage> page = page_of("{}");

    ASSERT_TRUE(page);
    EXPECT_TRUE(page->entries.empty());
    EXPECT_TRUE(page->next.empty());
}

TEST(GcsAnswers, what_is_no_page_may_be_one_the_next_time)
{
    for (const char* json :
         {"null", "[]", R"({"items":{}})", R"({"items":[{"name":"a"}]})",
          R"({"items":[{"name":"a","size":1}]})", R"({"items":[{"name":"a","size":"-1"}]})",
          R"({"prefixes":["a"]})", R"({"prefixes":[1]})"}) {
        const Result<ObjectPage> page = page_of(json);
        ASSERT_FALSE(page) << json;
        EXPECT_EQ(page.error().code, Errc::unavailable);
    }
}

TEST(GcsAnswers, a_head_tells_the_whole_object_also_of_a_range)
{
    const Headers headers{
        {"Content-Length", "3"},
        {"Content-Range", "bytes 2-4/9"},
        {"X-Goog-Generation", "17"},
        {"X-Goog-Hash", "crc32c=4waSgw=="},
        {"X-Goog-Hash", "md5=JfnnlDI7RTiF9RgfG2JNCw=="}};

    const ObjectHead head = read_media_head(headers);

    EXPECT_EQ(head.size, 9u);
    EXPECT_EQ(head.version, "17");
    EXPECT_EQ(head.crc32c, 0xe3069283u);
    EXPECT_FALSE(head.md5) << "one checksum is enough";
}

TEST(GcsAnswers, the_stored_size_counts_and_hashes_may_share_a_header)
{
    const Headers headers{
        {"Content-Length", "100"},
        {"x-goog-stored-content-length", "60"},
        {"x-goog-hash", "md5=JfnnlDI7RTiF9RgfG2JNCw==, crc32c=4waSgw=="}};

    const ObjectHead head = read_media_head(headers);

    EXPECT_EQ(head.size, 60u);
    EXPECT_EQ(head.crc32c, 0xe3069283u);
}

TEST(GcsAnswers, an_md5_serves_when_there_is_no_crc)
{
    const ObjectHead head = read_media_head({{"x-goog-hash", "md5=JfnnlDI7RTiF9RgfG2JNCw=="}});

    ASSERT_TRUE(head.md5);
    EXPECT_EQ(head.md5->front(), 0x25);
    EXPECT_EQ(head.md5->back(), 0x0b);
}

TEST(GcsAnswers, an_upload_tells_the_bytes_that_it_has)
{
    EXPECT_EQ(committed_bytes("bytes=0-41"), 42u);
    for (const char* other : {"", "bytes=1-41", "bytes=0-", "0-41", "bytes=0-4x"})
        EXPECT_EQ(committed_bytes(other), std::nullopt) << other;
}

TEST(GcsAnswers, codes_say_what_may_be_tried_again)
{
    EXPECT_EQ(error_of(401, "").code, Errc::unauthorized);
    EXPECT_EQ(error_of(403, json_error(403, "no", "forbidden")).code, Errc::unauthorized);
    EXPECT_EQ(error_of(403, json_error(403, "no", "rateLimitExceeded")).code, Errc::overloaded);
    EXPECT_EQ(error_of(404, "").code, Errc::not_found);
    EXPECT_EQ(error_of(412, "").code, Errc::conflict);
    EXPECT_EQ(error_of(416, "").code, Errc::conflict);
    EXPECT_EQ(error_of(429, "").code, Errc::overloaded);
    for (int status : {408, 500, 502, 503, 504})
        EXPECT_EQ(error_of(status, "").code, Errc::unavailable) << status;
    EXPECT_EQ(error_of(400, "").code, Errc::invalid);
    EXPECT_EQ(
        error_of(400, R"(Provided CRC32C "AAAAAA==" doesn't match calculated CRC32C "4waSgw==".)")
            .code,
        Errc::corrupt
    );
}

TEST(GcsAnswers, an_error_names_the_object_the_right_and_what_the_service_says)
{
    const Error error = error_of(403, json_error(403, "not for you", "forbidden"));
    EXPECT_EQ(error.detail, "no right to read 'gs://b/a/k' (storage.objects.get): not for you");

    EXPECT_EQ(
        error_of(404, "No such object: b/a/k\n").detail,
        "cannot read 'gs://b/a/k': No such object: b/a/k"
    );
    EXPECT_EQ(
        error_of(502, "<html>Bad Gateway</html>").detail,
        "cannot read 'gs://b/a/k': the service answered 502"
    );
}

} // namespace sluice::gcs_answers_test
