// SPDX-License-Identifier: Apache-2.0
#include "blob/s3/s3_xml.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sluice::s3_xml_test {
namespace {

std::string list_document(std::string_view inside)
{
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<Name>b</Name><Prefix>in%2F</Prefix><MaxKeys>1000</MaxKeys>{}</ListBucketResult>",
        inside
    );
}

std::string object(std::string_view key, std::string_view size)
{
    return fmt::format(
        "<Contents><Key>{}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
        "<ETag>&quot;0&quot;</ETag><Size>{}</Size><Owner><ID>Key</ID></Owner></Contents>",
        key, size
    );
}

using Entries = std::vector<BlobEntry>;

} // namespace

TEST(S3Xml, a_page_has_objects_folders_and_the_way_to_the_next)
{
    const Result<ObjectPage> page = parse_object_list(list_document(
        object("in/a", "12") + "<CommonPrefixes><Prefix>in/b/</Prefix></CommonPrefixes>" +
        object("in/c", "5497558138880") +
        "<IsTruncated>true</IsTruncated><NextContinuationToken>1+/=</NextContinuationToken>"
    ));

    ASSERT_TRUE(page) << page.error().detail;
    EXPECT_EQ(
        page->entries, (Entries{
                           {"in/a", BlobKind::file, 12},
                           {"in/b", BlobKind::folder, 0},
                           {"in/c", BlobKind::file, 5'497'558'138'880}})
    );
    EXPECT_EQ(page->next, "1+/=");
}

TEST(S3Xml, keys_are_decoded_when_the_page_says_so_even_at_its_end)
{
    const std::string keys = object("a%2Bb+c%0A%E4%2f%25", "1") +
                             "<CommonPrefixes><Prefix>d%2F%2F</Prefix></CommonPrefixes>";

    const Result<ObjectPage> encoded =
        parse_object_list(list_document(keys + "<EncodingType>url</EncodingType>"));
    EXPECT_EQ(
        encoded->entries,
        (Entries{{"a+b c\n\xe4/%", BlobKind::file, 1}, {"d/", BlobKind::folder, 0}})
    );

    const Result<ObjectPage> plain = parse_object_list(list_document(object("a%2Bb+c&amp;", "1")));
    EXPECT_EQ(plain->entries, (Entries{{"a%2Bb+c&", BlobKind::file, 1}}));
}

TEST(S3Xml, the_last_page_has_no_next_whatever_stands_there)
{
    const Result<ObjectPage> page = parse_object_list(list_document(
        "<IsTruncated>false</IsTruncated><NextContinuationToken>x</NextContinuationToken>"
    ));

    EXPECT_TRUE(page->entries.empty());
    EXPECT_EQ(page->next, "");
}

TEST(S3Xml, what_is_no_whole_page_may_be_asked_for_again)
{
    const std::string whole = list_document(object("a", "1"));
    for (const std::string& text :
         {std::string(), std::string("<html>busy</html>"), whole.substr(0, whole.size() - 5),
          list_document(object("a", "-1")), list_document(object("a", "1x")),
          list_document("<IsTruncated>true</IsTruncated>")}) {
        const Result<ObjectPage> page = parse_object_list(text);

        ASSERT_TRUE(page.has_error()) << text;
        EXPECT_EQ(page.error().code, Errc::unavailable) << text;
    }
}

TEST(S3Xml, a_document_that_defines_entities_is_refused)
{
    const std::string bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>" +
                             list_document(object("&b;", "1")).substr(39);

    EXPECT_TRUE(parse_object_list(bomb).has_error());
}

TEST(S3Xml, reads_the_errors_of_s3_and_sts)
{
    const S3Error malformed = parse_s3_error(
        "<?xml version=\"1.0\"?>\n\n  <Error><Code>AuthorizationHeaderMalformed</Code>"
        "<Message>the region is wrong</Message><Region>eu-west-1</Region></Error>"
    );
    EXPECT_EQ(malformed.code, "AuthorizationHeaderMalformed");
    EXPECT_EQ(malformed.message, "the region is wrong");
    EXPECT_EQ(malformed.region, "eu-west-1");

    EXPECT_EQ(
        parse_s3_error("<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>"
                       "<Type>Sender</Type><Code>ExpiredTokenException</Code></Error>"
                       "</ErrorResponse>")
            .code,
        "ExpiredTokenException"
    );
    EXPECT_EQ(parse_s3_error("<html><Code>1</Code></html>").code, "");
    EXPECT_EQ(parse_s3_error("upstream is away").code, "");
}

TEST(S3Xml, the_root_says_whether_an_upload_is_complete)
{
    EXPECT_TRUE(says_upload_complete(
        "<?xml version=\"1.0\"?>\n   <CompleteMultipartUploadResult><ETag>x</ETag>"
        "</CompleteMultipartUploadResult>"
    ));
    EXPECT_FALSE(says_upload_complete("<Error><Code>InternalError</Code></Error>"));
    EXPECT_FALSE(says_upload_complete("<CompleteMultipartUploadResult>"));
    EXPECT_FALSE(says_upload_complete(""));
}

TEST(S3Xml, an_upload_has_a_name)
{
    EXPECT_EQ(
        parse_upload_id("<InitiateMultipartUploadResult><Bucket>b</Bucket><UploadId>u~1</UploadId>"
                        "</InitiateMultipartUploadResult>")
            .value(),
        "u~1"
    );
    EXPECT_TRUE(parse_upload_id("<InitiateMultipartUploadResult/>").has_error());
}

TEST(S3Xml, an_upload_is_completed_with_its_parts_in_order)
{
    EXPECT_EQ(
        complete_upload_xml({"\"a\"", "<&>"}, {0, 0xe3069283}),
        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<Part><PartNumber>1</PartNumber><ETag>\"a\"</ETag>"
        "<ChecksumCRC32C>AAAAAA==</ChecksumCRC32C></Part>"
        "<Part><PartNumber>2</PartNumber><ETag>&lt;&amp;&gt;</ETag>"
        "<ChecksumCRC32C>4waSgw==</ChecksumCRC32C></Part></CompleteMultipartUpload>"
    );
    EXPECT_EQ(complete_upload_xml({"a"}, {}).find("Checksum"), std::string::npos);
}

TEST(S3Xml, a_role_that_was_assumed_has_credentials_with_an_end)
{
    const std::string answer =
        "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
        "<SessionToken>token</SessionToken><SecretAccessKey>secret</SecretAccessKey>"
        "<Expiration>2026-01-01T01:00:00Z</Expiration><AccessKeyId>key</AccessKeyId>"
        "</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
    const AwsCredentials wanted{
        .access_key = "key",
        .secret_key = "secret",
        .session_token = "token",
        .expires_at = parse_time("2026-01-01T01:00:00Z").value(),
    };

    EXPECT_EQ(parse_assumed_role(answer).value(), wanted);
    EXPECT_TRUE(parse_assumed_role("<AssumeRoleWithWebIdentityResponse/>").has_error());
}

} // namespace sluice::s3_xml_test
