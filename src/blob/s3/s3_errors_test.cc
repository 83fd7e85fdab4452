// SPDX-License-Identifier: Apache-2.0
#include "blob/s3/s3_errors.h"

#include <gtest/gtest.h>

namespace sluice::s3_errors_test {
namespace {

Error told(int status, std::string code, BucketAction action = s3_actions::read)
{
    return s3_error(
        {.action = action,
         .name = {"b", "a/k"},
         .status = status,
         .error = {.code = std::move(code), .message = "words", .region = {}},
         .region = "us-east-1"}
    );
}

} // namespace

TEST(S3Errors, no_right_names_the_right_that_it_takes)
{
    EXPECT_EQ(
        told(403, "AccessDenied", s3_actions::list),
        (Error{Errc::unauthorized, "no right to list 's3://b/a/k' (s3:ListBucket): AccessDenied"})
    );
    EXPECT_EQ(
        told(403, "", s3_actions::write).detail,
        "no right to write 's3://b/a/k' (s3:PutObject): status 403"
    );
    EXPECT_EQ(
        told(403, "AccessDenied", s3_actions::remove).detail,
        "no right to remove 's3://b/a/k' (s3:DeleteObject): AccessDenied"
    );
}

TEST(S3Errors, keys_that_do_not_fit_are_told_apart)
{
    EXPECT_EQ(
        told(403, "InvalidAccessKeyId").detail,
        "cannot read 's3://b/a/k': the access key is not known: InvalidAccessKeyId"
    );
    EXPECT_EQ(
        told(403, "SignatureDoesNotMatch").detail,
        "cannot read 's3://b/a/k': the secret key is not that of the access key: "
        "SignatureDoesNotMatch"
    );
}

TEST(S3Errors, a_clock_that_is_off_is_told_with_its_minutes)
{
    const Time now = parse_time("2026-01-01T12:00:00Z").value();
    S3Refusal refusal{
        .action = s3_actions::list,
        .name = {"b", ""},
        .status = 403,
        .error = {.code = "RequestTimeTooSkewed", .message = {}, .region = {}},
        .server_time = now + std::chrono::minutes(20) - std::chrono::seconds(3),
        .now = now,
    };
    EXPECT_EQ(
        s3_error(refusal),
        (Error{
            Errc::unauthorized, "cannot list 's3://b/': the clock of this machine differs from "
                                "S3's by 20 min: set it (RequestTimeTooSkewed)"})
    );

    refusal.server_time = now - std::chrono::hours(3);
    EXPECT_NE(s3_error(refusal).detail.find("by 180 min"), std::string::npos);
}

TEST(S3Errors, what_may_pass_is_unavailable)
{
    for (const int status : {429, 500, 502, 503, 504})
        EXPECT_EQ(told(status, "").code, Errc::unavailable) << status;
    EXPECT_EQ(told(400, "RequestTimeout").code, Errc::unavailable);
    EXPECT_EQ(told(200, "InternalError").code, Errc::unavailable) << "an error within a success";
    EXPECT_EQ(told(307, "TemporaryRedirect").code, Errc::unavailable);
    EXPECT_EQ(told(503, "SlowDown").detail, "cannot read 's3://b/a/k': SlowDown");
}

TEST(S3Errors, what_stays_wrong_is_not)
{
    EXPECT_EQ(told(404, "NoSuchBucket").code, Errc::not_found);
    EXPECT_EQ(told(404, "NoSuchBucket").detail, "cannot read 's3://b/a/k': there is no bucket 'b'");
    EXPECT_EQ(
        told(404, "NoSuchKey"),
        (Error{Errc::not_found, "cannot read 's3://b/a/k': there is no such object"})
    );
    EXPECT_EQ(
        told(404, "NoSuchUpload"),
        (Error{Errc::not_found, "cannot read 's3://b/a/k': NoSuchUpload"})
    );
    EXPECT_EQ(
        told(412, "PreconditionFailed"),
        (Error{Errc::conflict, "'s3://b/a/k' changed while it was read"})
    );
    EXPECT_EQ(told(400, "BadDigest").code, Errc::corrupt);
    EXPECT_EQ(told(501, "NotImplemented").code, Errc::invalid);
    EXPECT_EQ(
        told(400, "EntityTooLarge"),
        (Error{Errc::invalid, "cannot read 's3://b/a/k': EntityTooLarge: words"})
    );
    EXPECT_EQ(told(301, "PermanentRedirect").code, Errc::invalid);
}

TEST(S3Errors, a_bucket_in_another_region_names_both)
{
    const Error error = s3_error(
        {.action = s3_actions::list,
         .name = {"b", ""},
         .status = 400,
         .error = {.code = "AuthorizationHeaderMalformed", .message = {}, .region = "eu-west-1"},
         .region = "us-east-1"}
    );

    EXPECT_EQ(error.code, Errc::invalid);
    EXPECT_EQ(
        error.detail,
        "cannot list 's3://b/': the bucket is in region 'eu-west-1', asked was 'us-east-1'"
    );
}

TEST(S3Errors, keys_are_told_on_one_line)
{
    EXPECT_EQ(s3_uri({"b", "a\xff b"}), "'s3://b/a\xef\xbf\xbd b'");
    EXPECT_EQ(s3_uri({"b", "a\nb"}).find('\n'), std::string::npos);
}

} // namespace sluice::s3_errors_test
