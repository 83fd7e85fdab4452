// SPDX-License-Identifier: Apache-2.0
#include "blob/gcs/google_tokens.h"

#include "blob/testing/gcs_stage.h"

namespace sluice::testing::google_tokens_test {

namespace {

using namespace std::chrono_literals;

Async<void> ask(GoogleTokens& tokens, std::vector<std::string>& got)
{
    const Result<std::string> token = co_await tokens.current();
    got.push_back(token ? *token : token.error().detail);
}

class GoogleTokensTest : public ::testing::Test {
protected:
    GoogleTokens& tokens()
    {
        if (!tokens_)
            tokens_.emplace(gcs_.parts(), gcs_.settings());
        return *tokens_;
    }

    Result<std::string> current() { return await(loop_, tokens().current()); }

    bool says(const Error& error, std::string_view word) const
    {
        return error.detail.find(word) != std::string::npos;
    }

    asio::io_context loop_;
    GcsStage gcs_{loop_};
    TempFolder folder_;
    std::optional<GoogleTokens> tokens_;
};

} // namespace

TEST_F(GoogleTokensTest, a_key_becomes_a_token_once_for_many_callers)
{
    std::vector<std::string> got;
    for (int i = 0; i < 5; ++i)
        spawn(loop_, ask(tokens(), got));
    while (got.size() < 5 && loop_.run_one() > 0) {
    }

    ASSERT_EQ(got.size(), 5u);
    EXPECT_TRUE(got.front().starts_with("ya29.")) << got.front();
    EXPECT_EQ(std::count(got.begin(), got.end(), got.front()), 5);
    EXPECT_EQ(GcsStage::count("token"), 1);
}

TEST_F(GoogleTokensTest, are_renewed_five_minutes_before_their_end)
{
    const std::string first = current().value();

    gcs_.advance(54min);
    EXPECT_EQ(current().value(), first);
    gcs_.advance(2min);
    const std::string second = current().value();

    EXPECT_NE(second, first);
    EXPECT_EQ(current().value(), second);
    EXPECT_EQ(GcsStage::count("token"), 2);
}

TEST_F(GoogleTokensTest, an_old_one_serves_to_its_end_while_there_is_no_new_one)
{
    const std::string first = current().value();
    GcsStage::fault("status", "token", 100, {{"status", 503}});

    gcs_.advance(56min);
    EXPECT_EQ(current().value(), first);
    EXPECT_EQ(current().value(), first);
    EXPECT_EQ(GcsStage::count("token"), 2) << "it is not asked each time";
    gcs_.advance(5min);

    EXPECT_EQ(current().error().code, Errc::unavailable);
}

TEST_F(GoogleTokensTest, one_that_was_refused_is_not_given_again)
{
    const std::string first = current().value();

    tokens().refused("another");
    EXPECT_EQ(current().value(), first);
    tokens().refused(first);
    EXPECT_NE(current().value(), first);
}

TEST_F(GoogleTokensTest, a_file_may_hold_the_key)
{
    gcs_.variables.erase("GOOGLE_SERVICE_ACCOUNT_KEY");
    gcs_.variables["GOOGLE_APPLICATION_CREDENTIALS"] =
        folder_.put("key.json", GcsStage::server().text("key") + "\n");

    EXPECT_TRUE(current().value().starts_with("ya29."));
}

TEST_F(GoogleTokensTest, the_variable_of_a_key_that_is_none_is_named)
{
    gcs_.variables["GOOGLE_SERVICE_ACCOUNT_KEY"] = "{}";
    const Error inline_one = current().error();
    gcs_.variables.erase("GOOGLE_SERVICE_ACCOUNT_KEY");
    gcs_.variables["GOOGLE_APPLICATION_CREDENTIALS"] = folder_.path("absent");
    const Error file = current().error();

    EXPECT_EQ(inline_one.code, Errc::invalid);
    EXPECT_TRUE(says(inline_one, "GOOGLE_SERVICE_ACCOUNT_KEY")) << inline_one.detail;
    EXPECT_TRUE(says(file, "GOOGLE_APPLICATION_CREDENTIALS")) << file.detail;
    EXPECT_TRUE(says(file, "absent")) << file.detail;
}

TEST_F(GoogleTokensTest, metadata_serves_without_a_key)
{
    gcs_.variables.erase("GOOGLE_SERVICE_ACCOUNT_KEY");
    gcs_.variables["GCE_METADATA_HOST"] = GcsStage::server().text("host");

    EXPECT_TRUE(current().value().starts_with("ya29."));
    EXPECT_EQ(GcsStage::count("metadata"), 1);
}

TEST_F(GoogleTokensTest, a_metadata_server_that_comes_late_is_waited_for)
{
    gcs_.variables.erase("GOOGLE_SERVICE_ACCOUNT_KEY");
    gcs_.variables["GCE_METADATA_HOST"] = GcsStage::server().text("host");
    GcsStage::fault("reset", "metadata", 2);

    EXPECT_TRUE(current());
    EXPECT_EQ(GcsStage::count("metadata"), 3);
}

TEST_F(GoogleTokensTest, what_is_no_metadata_server_gives_no_token)
{
    gcs_.variables.erase("GOOGLE_SERVICE_ACCOUNT_KEY");
    gcs_.variables["GCE_METADATA_HOST"] = GcsStage::server().text("host");
    GcsStage::fault("status", "metadata", 1, {{"status", 200}});

    const Result<std::string> token = current();

    ASSERT_FALSE(token);
    EXPECT_TRUE(says(token.error(), GcsStage::server().text("host"))) << token.error().detail;
}

TEST_F(GoogleTokensTest, an_emulator_without_a_key_needs_none)
{
    gcs_.variables.erase("GOOGLE_SERVICE_ACCOUNT_KEY");

    EXPECT_EQ(current().value(), "");
}

TEST_F(GoogleTokensTest, a_wrong_clock_is_told)
{
    GcsStage::order({{"do", "skew"}, {"minutes", -20}});

    const Result<std::string> token = current();

    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().code, Errc::unauthorized);
    EXPECT_TRUE(says(token.error(), "differs from Google's by 20 min")) << token.error().detail;
}

TEST_F(GoogleTokensTest, a_key_that_google_refuses_is_named_by_its_account_only)
{
    Json key = parse_json(GcsStage::server().text("key")).value();
    key["client_email"] = "other@project.iam.gserviceaccount.com";
    gcs_.variables["GOOGLE_SERVICE_ACCOUNT_KEY"] = dump_json(key);

    const Result<std::string> token = current();

    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().code, Errc::unauthorized);
    EXPECT_TRUE(says(token.error(), "'other@project.iam.gserviceaccount.com'"));
    EXPECT_TRUE(says(token.error(), "account not found")) << token.error().detail;
    EXPECT_FALSE(says(token.error(), "PRIVATE KEY"));
}

} // namespace sluice::testing::google_tokens_test
