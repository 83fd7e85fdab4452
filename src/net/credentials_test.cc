// SPDX-License-Identifier: Apache-2.0
#include "net/credentials.h"

#include <gtest/gtest.h>

namespace sluice::credentials_test {

TEST(Credentials, of_basic_are_the_password_of_any_user)
{
    EXPECT_EQ(parse_credentials("Basic dTprZXktMQ==").value(), "key-1");      // u:key-1
    EXPECT_EQ(parse_credentials("basic   OmE6Yg==  ").value(), "a:b");        // :a:b
    EXPECT_EQ(parse_credentials("BASIC dXNlcjpzZWNyZXQ=").value(), "secret"); // user:secret
}

TEST(Credentials, of_bearer_are_the_token)
{
    EXPECT_EQ(parse_credentials("Bearer abc.def").value(), "abc.def");
    EXPECT_EQ(parse_credentials("bearer  abc ").value(), "abc");
}

TEST(Credentials, that_cannot_be_read_are_unauthorized_and_not_repeated)
{
    const std::vector<std::string> cases{
        "",
        "Basic",
        "Basic ",
        "Bearer",
        "Bearer two words",
        "Digest s3cret",
        "s3cret",
        "Basic s3cret",
        "Basic dXNlcg==", // user
        "Basic dXNlcjo=", // user:
        "Basic dTprZXktMQ",
        "Basic dTpr*XktMQ==",
        "Basic dTprZXktMQ==dTpr",
    };
    for (const std::string& header : cases) {
        const Result<std::string> secret = parse_credentials(header);
        ASSERT_TRUE(secret.has_error()) << header;
        EXPECT_EQ(secret.error().code, Errc::unauthorized) << header;
        EXPECT_EQ(secret.error().detail.find("s3cret"), std::string::npos) << header;
    }
}

TEST(Base64, is_decoded_strictly)
{
    EXPECT_EQ(decode_base64(""), "");
    EXPECT_EQ(decode_base64("YQ=="), "a");
    EXPECT_EQ(decode_base64("YWI="), "ab");
    EXPECT_EQ(decode_base64("YWJj"), "abc");
    EXPECT_EQ(decode_base64("AAA="), std::string(2, '\0'));
    EXPECT_EQ(decode_base64("+/+/"), "\xfb\xff\xbf");
    for (const char* text : {"=", "====", "Y===", "YQ", "Y Q=", "YQ==\n", "-_-_"})
        EXPECT_EQ(decode_base64(text), std::nullopt) << text;
}

} // namespace sluice::credentials_test
