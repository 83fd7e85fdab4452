// SPDX-License-Identifier: Apache-2.0
#include "net/webhook_signature.h"

#include <gtest/gtest.h>

namespace sluice::webhook_signature_test {
namespace {

constexpr std::string_view secret_text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

constexpr SignedMessage message{
    .id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
    .sent_at_seconds = 1614265330,
    .body = R"({"test": 2432232314})"};

std::string signature_with(std::initializer_list<std::string_view> texts)
{
    std::vector<WebhookSecret> secrets;
    for (const std::string_view text : texts)
        secrets.push_back(WebhookSecret::parse(text).value());
    return webhook_signature(message, secrets);
}

TEST(WebhookSignature, is_that_of_the_published_test_vector)
{
    EXPECT_EQ(signature_with({secret_text}), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, covers_the_id_the_time_and_the_body)
{
    const std::vector<WebhookSecret> secrets{WebhookSecret::parse(secret_text).value()};
    const std::string good = webhook_signature(message, secrets);
    SignedMessage other = message;
    other.id = "msg_p5jXN8AQM9LWM0D4loKWxJeK";
    EXPECT_NE(webhook_signature(other, secrets), good);
    other = message;
    ++other.sent_at_seconds;
    EXPECT_NE(webhook_signature(other, secrets), good);
    other = message;
    other.body = R"({"test":2432232314})";
    EXPECT_NE(webhook_signature(other, secrets), good);
}

TEST(WebhookSignature, stands_once_for_each_secret_while_they_are_exchanged)
{
    const std::string old = signature_with({secret_text});
    const std::string fresh = signature_with({"a secret that is long enough"});
    EXPECT_NE(old, fresh);
    EXPECT_EQ(signature_with({"a secret that is long enough", secret_text}), fresh + " " + old);
    EXPECT_EQ(signature_with({}), "");
}

TEST(WebhookSignatureDeathTest, an_id_with_a_dot_could_move_the_border_of_its_parts)
{
    SignedMessage dotted = message;
    dotted.id = "a.b";
    EXPECT_DEATH(webhook_signature(dotted, {}), "");
}

TEST(WebhookSecret, is_base64_behind_its_prefix_and_else_itself)
{
    EXPECT_EQ(
        WebhookSecret::parse("whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4").value().key(),
        "abcdefghijklmnopqrstuvwx"
    );
    EXPECT_EQ(
        WebhookSecret::parse("YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4").value().key(),
        "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4"
    );
}

TEST(WebhookSecret, that_is_too_short_too_long_or_no_base64_is_refused_and_not_repeated)
{
    for (const std::string& text :
         {std::string(), std::string("whsec_"), std::string(23, 's'), std::string(513, 's'),
          std::string("whsec_ssssssssssssssssssssssssssssss*="), std::string("whsec_c3Nzcw==")}) {
        const Result<WebhookSecret> secret = WebhookSecret::parse(text);
        ASSERT_FALSE(secret) << text;
        EXPECT_EQ(secret.error().code, Errc::invalid);
        EXPECT_EQ(secret.error().detail.find("sss"), std::string::npos) << secret.error().detail;
        EXPECT_EQ(secret.error().detail.find("c3N"), std::string::npos);
    }
    EXPECT_TRUE(WebhookSecret::parse(std::string(24, 's')));
    EXPECT_TRUE(WebhookSecret::parse(std::string(512, 's')));
}

} // namespace
} // namespace sluice::webhook_signature_test
