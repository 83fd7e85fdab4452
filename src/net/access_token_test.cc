// SPDX-License-Identifier: Apache-2.0
#include "net/access_token.h"

#include <gtest/gtest.h>

namespace sluice::access_token_test {
namespace {

constexpr TokenSubject subject{.purpose = "task", .name = "0198c5a8-7d4e-7000-8000-000000000001"};

TEST(AccessToken, is_the_same_each_time_and_fits_into_a_url)
{
    const std::string token = make_access_token("key", subject);
    EXPECT_EQ(token, make_access_token("key", subject));
    EXPECT_EQ(token.size(), 43u);
    for (const char c : token)
        EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_') << c;
}

TEST(AccessToken, is_good_for_its_own_thing_and_key_only)
{
    const std::string token = make_access_token("key", subject);
    EXPECT_TRUE(is_access_token(token, "key", subject));
    EXPECT_FALSE(is_access_token(token, "other", subject));
    EXPECT_FALSE(is_access_token(token, "key", {"batch", subject.name}));
    EXPECT_FALSE(is_access_token(token, "key", {"task", "0198c5a8-7d4e-7000-8000-000000000002"}));
}

TEST(AccessToken, that_differs_in_any_character_or_length_is_refused)
{
    const std::string token = make_access_token("key", subject);
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string other = token;
        other[i] = other[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(is_access_token(other, "key", subject)) << i;
        EXPECT_FALSE(is_access_token(token.substr(0, i), "key", subject)) << i;
    }
    EXPECT_FALSE(is_access_token(token + "=", "key", subject));
    EXPECT_FALSE(is_access_token(token + "A", "key", subject));
}

TEST(AccessTokenDeathTest, an_empty_key_makes_no_tokens)
{
    EXPECT_DEATH(make_access_token("", subject), "");
}

} // namespace
} // namespace sluice::access_token_test
