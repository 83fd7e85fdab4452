// SPDX-License-Identifier: Apache-2.0
#include "blob/gcs/google_key.h"

#include "base/json.h"

#include <gtest/gtest.h>

namespace sluice::google_key_test {

namespace {

constexpr std::string_view secret = "plantedsecret";

Json good_key()
{
    return {
        {"type", "service_account"},
        {"private_key", secret},
        {"client_email", "writer@project.iam.gserviceaccount.com"},
        {"token_uri", "https://oauth2.googleapis.com/token"},
    };
}

Error error_of(const std::string& json)
{
    const Result<GoogleKey> key = parse_google_key(json);
    EXPECT_FALSE(key) << json;
    return key ? Error{} : key.error();
}

} // namespace

TEST(GoogleKey, is_read_from_the_json_that_google_gives_out)
{
    const Result<GoogleKey> key = parse_google_key(dump_json_pretty(good_key()));

    ASSERT_TRUE(key) << key.error().detail;
    EXPECT_EQ(key->client_email, "writer@project.iam.gserviceaccount.com");
    EXPECT_EQ(key->private_key, secret);
    EXPECT_EQ(key->token_uri, "https://oauth2.googleapis.com/token");
}

TEST(GoogleKey, names_what_is_missing)
{
    for (const char* name : {"type", "private_key", "client_email", "token_uri"}) {
        Json key = good_key();
        key.erase(name);

        const Error error = error_of(dump_json(key));

        EXPECT_EQ(error.code, Errc::invalid);
        EXPECT_NE(error.detail.find(name), std::string::npos) << error.detail;
    }
}

TEST(GoogleKey, names_credentials_of_another_kind)
{
    Json key = good_key();
    key["type"] = "authorized_user";

    const Error error = error_of(dump_json(key));

    EXPECT_NE(error.detail.find("'authorized_user'"), std::string::npos) << error.detail;
}

TEST(GoogleKey, is_never_quoted_by_an_error)
{
    Json other_type = good_key();
    other_type["type"] = secret;
    Json other_place = good_key();
    other_place["token_uri"] = secret;
    const std::string quoted = dump_json(std::string(secret));
    for (const std::string& json :
         {std::string(secret), quoted, "{" + quoted, "{" + quoted + ":1," + quoted + ":1}",
          dump_json(other_type), dump_json(other_place)})
        EXPECT_EQ(error_of(json).detail.find(secret), std::string::npos) << json;

    const GoogleKey key = parse_google_key(dump_json(good_key())).value();
    const Result<std::string> assertion = make_assertion(key, "scope", Time());
    ASSERT_FALSE(assertion);
    EXPECT_EQ(assertion.error().code, Errc::invalid);
    EXPECT_EQ(assertion.error().detail.find(secret), std::string::npos);
}

} // namespace sluice::google_key_test
