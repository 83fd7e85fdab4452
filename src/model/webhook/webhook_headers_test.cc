// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/webhook_headers.h"

#include <gtest/gtest.h>

namespace sluice::webhook_headers_test {
namespace {

TEST(WebhookHeaders, names_are_tokens)
{
    constexpr std::string_view accepted = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                          "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        const bool good = accepted.find(c) != std::string_view::npos;
        EXPECT_EQ(
            check_header_name(std::string("X") + c), good ? std::nullopt : check_header_name("")
        ) << byte;
    }
    EXPECT_TRUE(check_header_name(""));
}

TEST(WebhookHeaders, values_have_no_control_characters_but_tabs)
{
    for (int byte = 0; byte < 256; ++byte) {
        const bool bad = (byte < 0x20 && byte != '\t') || byte == 0x7f;
        EXPECT_EQ(check_header_value(std::string("a") + static_cast<char>(byte)).has_value(), bad)
            << byte;
    }
    EXPECT_FALSE(check_header_value(""));
}

using Lines = std::vector<HeaderLine>;

TEST(WebhookHeaders, ours_win_whatever_the_case_of_their_names)
{
    const Lines users{{"X-Task-Id", "1"}, {"a", "2"}, {"IDEMPOTENCY-KEY", "3"}, {"A", "4"}};
    const Lines ours{{"Idempotency-Key", "k"}, {"x-task-id", "t"}};
    EXPECT_EQ(
        merge_headers(users, ours),
        Lines({{"a", "2"}, {"A", "4"}, {"Idempotency-Key", "k"}, {"x-task-id", "t"}})
    );
}

TEST(WebhookHeaders, those_of_the_connection_are_left_out)
{
    const Lines users{{"Host", "inside"},         {"content-length", "5"},
                      {"Transfer-Encoding", "x"}, {"CONNECTION", "close"},
                      {"Expect", "100-continue"}, {"Upgrade", "h2c"},
                      {"Content-Type", "text/x"}, {"Authorization", "Bearer b"}};
    EXPECT_EQ(
        merge_headers(users, {}), Lines({{"Content-Type", "text/x"}, {"Authorization", "Bearer b"}})
    );
}

} // namespace
} // namespace sluice::webhook_headers_test
