// SPDX-License-Identifier: Apache-2.0
#include "blob/s3/aws_credentials.h"

#include "async/task_scope.h"
#include "blob/s3/aws_sources.h"
#include "blob/testing/s3_fixture.h"

namespace sluice::aws_credentials_test {
namespace {

using namespace testing;
using namespace std::chrono_literals;

class AwsCredentialsTest : public S3Test {
protected:
    // All sources at once, the first one first.
    VariableMap all() const
    {
        return {
            {"AWS_ACCESS_KEY_ID", " AKIAOFTHEENVIRONMENT\n"},
            {"AWS_SECRET_ACCESS_KEY", "secret\n"},
            {"AWS_SESSION_TOKEN", "token\n"},
            {"AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/reader"},
            {"AWS_WEB_IDENTITY_TOKEN_FILE",
             folder_.put("web", scripted_s3().text("web_token") + "\n")},
            {"AWS_ENDPOINT_URL_STS", url()},
            {"AWS_CONTAINER_CREDENTIALS_FULL_URI", url("/container/credentials")},
            {"AWS_CONTAINER_AUTHORIZATION_TOKEN", scripted_s3().text("container_token")},
            {"AWS_SHARED_CREDENTIALS_FILE",
             folder_.put(
                 "credentials", "[default]\naws_access_key_id = AKIAOFTHEPROFILE\n"
                                "aws_secret_access_key = secret\n"
             )},
            {"AWS_CONFIG_FILE", folder_.path("config")},
            {"AWS_EC2_METADATA_SERVICE_ENDPOINT", url()},
        };
    }

    // Of the instance's metadata alone.
    VariableMap machine() const
    {
        return {
            {"AWS_SHARED_CREDENTIALS_FILE", folder_.path("absent")},
            {"AWS_CONFIG_FILE", folder_.path("absent")},
            {"AWS_EC2_METADATA_SERVICE_ENDPOINT", url()},
        };
    }

    VariableMap profile(const std::string& text) const
    {
        VariableMap values = machine();
        values["AWS_EC2_METADATA_DISABLED"] = "TRUE";
        values["AWS_SHARED_CREDENTIALS_FILE"] = folder_.put("credentials", text);
        return values;
    }

    AwsCredentialChain& chain(VariableMap values)
    {
        chain_.emplace(stage_.parts(), variables_of(std::move(values)));
        return *chain_;
    }

    Result<AwsCredentials> current() { return await(loop_, chain_->current()); }

    Result<AwsCredentials> found_with(VariableMap values)
    {
        chain(std::move(values));
        return current();
    }

    static VariableMap without(VariableMap values, std::initializer_list<const char*> names)
    {
        for (const char* name : names)
            values.erase(name);
        return values;
    }

    std::optional<AwsCredentialChain> chain_;
};

Async<void> ask(AwsCredentialChain& chain, std::vector<std::string>& keys)
{
    const Result<AwsCredentials> credentials = co_await chain.current();
    keys.push_back(credentials ? credentials->access_key : credentials.error().detail);
}

} // namespace

TEST_F(AwsCredentialsTest, they_come_from_the_first_source_that_is_configured)
{
    VariableMap values = all();
    const AwsCredentials of_environment{
        .access_key = "AKIAOFTHEENVIRONMENT", .secret_key = "secret", .session_token = "token"};
    EXPECT_EQ(found_with(values).value(), of_environment);

    values = without(values, {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"});
    EXPECT_EQ(found_with(values)->access_key, "ASIASCRIPTED00000001") << "web identity";

    values = without(values, {"AWS_WEB_IDENTITY_TOKEN_FILE"});
    const Result<AwsCredentials> of_container = found_with(values);
    ASSERT_TRUE(of_container) << of_container.error().detail;
    EXPECT_EQ(of_container->access_key, "ASIASCRIPTED00000002");
    EXPECT_EQ(of_container->secret_key, "planted-secret-2");
    EXPECT_EQ(of_container->session_token, "planted/session+token=2");
    EXPECT_EQ(of_container->expires_at, stage_.clock.time + 1h);

    values = without(values, {"AWS_CONTAINER_CREDENTIALS_FULL_URI"});
    EXPECT_EQ(found_with(values)->access_key, "AKIAOFTHEPROFILE");

    std::filesystem::remove(folder_.path("credentials"));
    EXPECT_EQ(found_with(values)->access_key, "ASIASCRIPTED00000003") << "instance metadata";
}

TEST_F(AwsCredentialsTest, a_source_that_is_configured_and_fails_is_the_error)
{
    VariableMap values = all();
    values.erase("AWS_SECRET_ACCESS_KEY");
    EXPECT_EQ(
        found_with(values).error(),
        (Error{Errc::invalid, "AWS_SECRET_ACCESS_KEY is missing: AWS_ACCESS_KEY_ID is set"})
    );

    values = without(all(), {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"});
    folder_.put("web", "another token");
    EXPECT_EQ(
        found_with(values).error(),
        (Error{
            Errc::unauthorized, "cannot assume role 'arn:aws:iam::123456789012:role/reader': "
                                "InvalidIdentityToken"})
    );

    values.erase("AWS_WEB_IDENTITY_TOKEN_FILE");
    values["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = folder_.put("token", "another token");
    EXPECT_EQ(
        found_with(values).error(),
        (Error{Errc::unauthorized, "the container's credentials: answered with status 401"})
    );
}

TEST_F(AwsCredentialsTest, without_any_source_the_error_names_where_was_looked)
{
    VariableMap values = machine();
    values["AWS_EC2_METADATA_DISABLED"] = "true";
    const Result<AwsCredentials> disabled = found_with(values);
    EXPECT_EQ(disabled.error().code, Errc::unauthorized);
    EXPECT_NE(disabled.error().detail.find("AWS_ACCESS_KEY_ID"), std::string::npos);
    EXPECT_EQ(count("credentials"), 0);

    order({{"do", "role"}, {"is_there", false}});
    EXPECT_EQ(found_with(machine()).error().code, Errc::unauthorized) << "a machine without role";
}

TEST_F(AwsCredentialsTest, keys_travel_over_plain_http_only_within_the_machine)
{
    for (const char* address :
         {"http://example.org/c", "http://169.254.170.3/c", "http://127.0.0.1.example.org/c",
          "ftp://127.0.0.1/c", "nonsense"}) {
        VariableMap values = machine();
        values["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = address;
        EXPECT_EQ(found_with(values).error().code, Errc::invalid) << address;
    }
}

TEST_F(AwsCredentialsTest, kinds_of_profile_that_are_not_known_are_named)
{
    for (const char* kind : {"credential_process", "sso_session", "source_profile", "role_arn"}) {
        const Result<AwsCredentials> found =
            found_with(profile(fmt::format("[default]\n{} = x\n", kind)));

        EXPECT_EQ(
            found.error(),
            (Error{
                Errc::invalid, fmt::format(
                                   "profile 'default': {}: a profile with aws_access_key_id and "
                                   "aws_secret_access_key is accepted",
                                   kind
                               )})
        );
    }
    EXPECT_EQ(
        found_with(profile("[default]\naws_access_key_id = a\n")).error().code, Errc::invalid
    );
}

TEST_F(AwsCredentialsTest, a_profile_is_chosen_by_its_name_and_has_to_be_there)
{
    VariableMap values = profile("[work]\naws_access_key_id = W\naws_secret_access_key = w\n");
    values["AWS_PROFILE"] = "work";
    EXPECT_EQ(found_with(values)->access_key, "W");

    values["AWS_PROFILE"] = "wrok";
    EXPECT_EQ(
        found_with(values).error(),
        (Error{
            Errc::invalid,
            "AWS_PROFILE 'wrok': a profile of the files config and credentials is accepted"})
    );

    const Result<AwsCredentials> broken = found_with(profile("[default]\nplanted words\n"));
    EXPECT_EQ(broken.error().code, Errc::invalid);
    EXPECT_NE(broken.error().detail.find("credentials': line 2"), std::string::npos);
    EXPECT_EQ(broken.error().detail.find("planted"), std::string::npos);
}

TEST_F(AwsCredentialsTest, they_are_fetched_once_for_many_callers)
{
    chain(machine());
    TaskScope scope(loop_.get_executor(), Log());
    std::vector<std::string> keys;
    for (int i = 0; i < 20; ++i)
        scope.spawn(ask(*chain_, keys));
    await(loop_, scope.join());

    EXPECT_EQ(keys, std::vector<std::string>(20, "ASIASCRIPTED00000001"));
    EXPECT_EQ(count("given"), 1);
}

TEST_F(AwsCredentialsTest, they_are_renewed_five_minutes_before_they_end)
{
    chain(machine());
    const std::string first = current()->access_key;

    stage_.clock.time += 54min;
    EXPECT_EQ(current()->access_key, first);
    stage_.clock.time += 2min;
    EXPECT_NE(current()->access_key, first);
}

TEST_F(AwsCredentialsTest, when_they_cannot_be_renewed_the_old_ones_serve_until_they_end)
{
    chain(machine());
    const std::string first = current()->access_key;

    fault("status", "credentials", 100, {{"status", 500}});
    stage_.clock.time += 56min;
    EXPECT_EQ(current()->access_key, first);
    const int asked = count("credentials");
    EXPECT_EQ(current()->access_key, first);
    EXPECT_EQ(count("credentials"), asked) << "not asked at once again";

    stage_.clock.time += 5min;
    EXPECT_EQ(current().error().code, Errc::unavailable);
}

TEST_F(AwsCredentialsTest, a_machine_that_is_busy_is_not_taken_for_one_without_credentials)
{
    chain(machine());
    fault("status", "credentials", 1, {{"status", 429}});
    EXPECT_EQ(current().error().code, Errc::unavailable);
    stage_.clock.time += 1min;
    EXPECT_TRUE(current());
}

TEST_F(AwsCredentialsTest, those_that_were_refused_are_replaced)
{
    chain(machine());
    const AwsCredentials first = current().value();

    chain_->refused(first);
    const AwsCredentials second = current().value();
    EXPECT_NE(second, first);

    chain_->refused(first); // an answer that comes late
    EXPECT_EQ(current().value(), second);
}

TEST_F(AwsCredentialsTest, those_that_were_refused_and_have_no_others_rest_for_a_minute)
{
    chain(all());
    const AwsCredentials only = current().value();

    chain_->refused(only);
    EXPECT_EQ(current().error().code, Errc::unauthorized);
    EXPECT_EQ(current().error().code, Errc::unauthorized);

    stage_.clock.time += 61s;
    EXPECT_EQ(current().value(), only);
}

TEST_F(AwsCredentialsTest, what_a_source_tells_never_stands_in_an_error)
{
    const std::string bad_documents[] = {
        "planted", "[\"planted\"]", R"({"AccessKeyId": "planted"})",
        R"({"AccessKeyId": "a", "SecretAccessKey": "planted", "Expiration": "planted"})"};
    for (const std::string& document : bad_documents) {
        const AwsFound found = read_credentials_json(document, "the source");

        ASSERT_TRUE(found.has_error()) << document;
        EXPECT_EQ(found.error().detail.find("planted"), std::string::npos) << found.error().detail;
    }
    EXPECT_EQ(
        read_credentials_json(R"({"Code": "AssumeRoleUnauthorizedAccess"})", "s").error().detail,
        "s: AssumeRoleUnauthorizedAccess"
    );
}

} // namespace sluice::aws_credentials_test
