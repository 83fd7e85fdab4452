// SPDX-License-Identifier: Apache-2.0
#include "batch/bucket_variables.h"

#include <gtest/gtest.h>

namespace sluice::bucket_variables_test {

namespace {

using Values = std::map<std::string, std::string>;
using Secrets = std::map<std::string, SecretData>;

SecretVariable taken(std::string secret, std::string key, std::string variable)
{
    SecretVariable made;
    made.name = std::move(secret);
    made.key = std::move(key);
    made.env_var = std::move(variable);
    return made;
}

Variables variables_of(Values values)
{
    return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
        const auto at = values.find(std::string(name));
        return at == values.end() ? std::nullopt : std::optional(at->second);
    };
}

const BucketKind& s3 = bucket_kinds[0];

} // namespace

TEST(BucketVariables, the_secret_that_names_the_key_is_used_whole)
{
    Transform transform;
    transform.secrets = {
        taken("other", "k", "PASSWORD"), taken("s3", "id", "AWS_ACCESS_KEY_ID"),
        taken("s3", "key", "AWS_SECRET_ACCESS_KEY")};
    const Secrets secrets{
        {"s3", {{"id", "A"}, {"key", "B"}, {"AWS_SESSION_TOKEN", "C"}, {"AWS_REGION", "r"}}}};

    ASSERT_NE(key_of(s3, transform), nullptr);
    EXPECT_EQ(key_of(s3, transform)->name, "s3");
    EXPECT_EQ(variables_of(s3, transform).size(), 2u);
    const Values expected{
        {"AWS_ACCESS_KEY_ID", "A"},
        {"AWS_SECRET_ACCESS_KEY", "B"},
        {"AWS_SESSION_TOKEN", "C"},
        {"AWS_REGION", "r"},
        {"id", "A"},
        {"key", "B"}};
    EXPECT_EQ(bucket_variables(transform, secrets), expected);
}

TEST(BucketVariables, what_the_pipeline_takes_is_stronger_than_how_a_key_is_called)
{
    Transform transform;
    transform.secrets = {
        taken("s3", "read_id", "AWS_ACCESS_KEY_ID"), taken("b", "k", "AWS_SECRET_ACCESS_KEY")};
    const Secrets secrets{
        {"b", {{"k", "of b"}}},
        {"s3",
         {{"AWS_ACCESS_KEY_ID", "another"},
          {"read_id", "mine"},
          {"AWS_SECRET_ACCESS_KEY", "another"}}}};

    const Values values = bucket_variables(transform, secrets);

    EXPECT_EQ(values.at("AWS_ACCESS_KEY_ID"), "mine");
    EXPECT_EQ(values.at("AWS_SECRET_ACCESS_KEY"), "of b");
}

TEST(BucketVariables, values_are_trimmed)
{
    Transform transform;
    transform.secrets = {taken("s3", "id", "AWS_ACCESS_KEY_ID")};
    const Secrets secrets{{"s3", {{"id", " A\n"}, {"AWS_SECRET_ACCESS_KEY", "B\r\n"}}}};

    const Values values = bucket_variables(transform, secrets);

    EXPECT_EQ(values.at("AWS_ACCESS_KEY_ID"), "A");
    EXPECT_EQ(values.at("AWS_SECRET_ACCESS_KEY"), "B");
}

TEST(BucketVariables, bytes_that_no_variable_can_hold_are_none)
{
    const Secrets secrets{{"s3", {{"keystore", std::string("a\0b", 3)}, {"x", "y"}}}};

    EXPECT_EQ(bucket_variables(Transform(), secrets), (Values{{"x", "y"}}));
}

TEST(BucketVariables, of_this_process_a_job_with_credentials_gets_only_where_buckets_are)
{
    const Variables all = job_variables(
        {{"AWS_ACCESS_KEY_ID", "theirs"}}, variables_of(
                                               {{"AWS_ACCESS_KEY_ID", "ours"},
                                                {"AWS_SECRET_ACCESS_KEY", "ours"},
                                                {"AWS_SESSION_TOKEN", "ours"},
                                                {"AWS_PROFILE", "ours"},
                                                {"HOME", "/home/ours"},
                                                {"AWS_ROLE_ARN", "ours"},
                                                {"GOOGLE_APPLICATION_CREDENTIALS", "ours"},
                                                {"AWS_ENDPOINT_URL", "http://minio"},
                                                {"AWS_REGION", "eu"}}
                                           )
    );

    EXPECT_EQ(all("AWS_ACCESS_KEY_ID"), "theirs");
    EXPECT_EQ(all("AWS_ENDPOINT_URL"), "http://minio");
    EXPECT_EQ(all("AWS_REGION"), "eu");
    for (const char* name :
         {"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "HOME", "AWS_ROLE_ARN",
          "GOOGLE_APPLICATION_CREDENTIALS"})
        EXPECT_EQ(all(name), std::nullopt) << name;
}

TEST(BucketVariables, a_job_that_says_where_its_buckets_are_is_asked_alone)
{
    Transform transform;
    transform.env = {
        {"AWS_ENDPOINT_URL", "http://pipeline"},
        {"AWS_DEFAULT_REGION", "of the pipeline"},
        {"AWS_SECRET_ACCESS_KEY", "open to all"}};
    Values values{{"AWS_ACCESS_KEY_ID", "A"}, {"AWS_REGION", "of the secret"}};

    add_places(transform, values);

    const Values expected{
        {"AWS_ACCESS_KEY_ID", "A"},
        {"AWS_REGION", "of the secret"},
        {"AWS_ENDPOINT_URL", "http://pipeline"}};
    EXPECT_EQ(values, expected);
    const Variables all =
        job_variables(values, variables_of({{"AWS_ENDPOINT_URL_S3", "http://ours"}}));
    EXPECT_EQ(all("AWS_ENDPOINT_URL_S3"), std::nullopt);
}

TEST(BucketVariables, a_pipeline_uses_the_services_of_its_inputs_and_egress)
{
    Pipeline pipeline;
    Atom atom;
    atom.uri = parse_uri("s3://b/in").value();
    pipeline.input.node = atom;
    pipeline.egress = parse_uri("file:///out").value();

    EXPECT_TRUE(uses(pipeline, UriScheme::s3));
    EXPECT_FALSE(uses(pipeline, UriScheme::gs));
    pipeline.egress = parse_uri("gs://b/out").value();
    EXPECT_TRUE(uses(pipeline, UriScheme::gs));
}

} // namespace sluice::bucket_variables_test
