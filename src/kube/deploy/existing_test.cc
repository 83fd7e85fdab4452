// SPDX-License-Identifier: Apache-2.0
#include "kube/deploy/existing.h"

#include <gtest/gtest.h>

namespace sluice::kube::existing_test {
namespace {

// The objects that a deploy with these secrets has made.
Json made_before(const InstallSecrets& secrets, std::string_view kind, std::string_view name)
{
    DeployOptions options = default_options(Purpose::production);
    options.with_minio = true;
    options.image = "sluice";
    for (Json& object : manifests(options, &secrets))
        if (object["kind"] == kind && object["metadata"]["name"] == name)
            return std::move(object);
    return nullptr;
}

Json secret_of(const InstallSecrets& secrets, const std::string& postgres_url)
{
    DeployOptions options = default_options(Purpose::production);
    options.image = "sluice";
    options.postgres_url = postgres_url;
    return manifests(options, &secrets).at(0);
}

const InstallSecrets secrets_before{
    .postgres_password = "database-password",
    .api_key = "sluice_key",
    .minio_user = "minio-user",
    .minio_password = "minio-password"};

Json without_labels(Json object)
{
    object["metadata"].erase("labels");
    return object;
}

} // namespace

TEST(Deploy, a_first_one_has_secrets_of_its_own)
{
    SeededRandom random(1);
    const InstallSecrets one = kept_secrets(nullptr, nullptr, random).value();
    const InstallSecrets two = kept_secrets(nullptr, nullptr, random).value();

    EXPECT_TRUE(one.api_key.starts_with("sluice_"));
    EXPECT_EQ(one.api_key.size(), 47u);
    EXPECT_EQ(one.postgres_password.size(), 32u);
    EXPECT_NE(one.api_key, two.api_key);
    EXPECT_NE(one.postgres_password, two.postgres_password);
    EXPECT_NE(one.minio_password, two.minio_password);
}

TEST(Deploy, knows_a_database_elsewhere_from_the_one_that_it_deploys)
{
    const std::string elsewhere = "postgresql://me:p@db.example/sluice-postgres";
    EXPECT_EQ(database_elsewhere(secret_of(secrets_before, elsewhere)), elsewhere);
    EXPECT_EQ(database_elsewhere(secret_of(secrets_before, "")), "");
    const std::string own = "postgresql://sluice:p@sluice-postgres.jobs/sluice?sslmode=disable";
    EXPECT_EQ(database_elsewhere(secret_of(secrets_before, own)), "");
    EXPECT_EQ(database_elsewhere(nullptr), "");
}

TEST(Deploy, again_keeps_the_secrets)
{
    SeededRandom random(1);
    const Json own = made_before(secrets_before, "Secret", "sluice");
    const Json minio = made_before(secrets_before, "Secret", "s3");

    const InstallSecrets kept = kept_secrets(own, minio, random).value();

    EXPECT_EQ(kept.api_key, "sluice_key");
    EXPECT_EQ(kept.postgres_password, "database-password");
    EXPECT_EQ(kept.minio_user, "minio-user");
    EXPECT_EQ(kept.minio_password, "minio-password");
    EXPECT_EQ(kept.database_url, "");
}

TEST(Deploy, again_keeps_a_database_that_is_the_users)
{
    SeededRandom random(1);
    const Json own = secret_of(secrets_before, "postgresql://ann:secret@elsewhere/jobs");
    EXPECT_EQ(
        kept_secrets(own, nullptr, random).value().database_url,
        "postgresql://ann:secret@elsewhere/jobs"
    );
    EXPECT_EQ(
        kept_secrets(secret_of(secrets_before, ""), nullptr, random).value().database_url, ""
    );
    EXPECT_EQ(kept_secrets(nullptr, nullptr, random).value().database_url, "");
}

TEST(Deploy, never_takes_a_secret_that_is_the_users)
{
    SeededRandom random(1);
    const Json own = made_before(secrets_before, "Secret", "sluice");
    const Json minio = made_before(secrets_before, "Secret", "s3");

    const Result<InstallSecrets> one = kept_secrets(without_labels(own), nullptr, random);
    ASSERT_FALSE(one);
    EXPECT_EQ(
        one.error().detail, "there is a Secret 'sluice' that no deploy has made: with "
                            "--skip-secrets it is used as it is"
    );
    const Result<InstallSecrets> other = kept_secrets(own, without_labels(minio), random);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Errc::conflict);
}

TEST(Deploy, refuses_a_volume_of_another_major_version)
{
    const Json claim = made_before({}, "PersistentVolumeClaim", "sluice-postgres");
    DeployOptions options = default_options(Purpose::production);

    EXPECT_TRUE(check_volume(nullptr, options));
    EXPECT_TRUE(check_volume(claim, options));
    options.postgres_version = "15.4-bookworm";
    EXPECT_TRUE(check_volume(claim, options));
    options.postgres_version = "16";
    ASSERT_FALSE(check_volume(claim, options));
    EXPECT_EQ(
        check_volume(claim, options).error().detail,
        "the volume 'sluice-postgres' was written by PostgreSQL 15, and 16 cannot read it: say "
        "--postgres-version 15, or move the data with pg_dump"
    );
}

TEST(Undeploy, finds_its_objects_by_name_and_label)
{
    const std::vector<std::string> names = {"deployment/sluice", "service/sluice", "secret/s3"};
    const Json service = made_before({}, "Service", "sluice");
    const Json deployment = made_before({}, "Deployment", "sluice");
    const Json other = made_before({}, "Service", "sluice-minio");
    Json list = Json::object();
    list["kind"] = "List";
    list["items"] =
        Json::array({service, deployment, other, without_labels(made_before({}, "Secret", "s3"))});

    const std::vector<std::string> both = {"deployment/sluice", "service/sluice"};
    EXPECT_EQ(ours_among(names, list.dump()).value(), both);
    EXPECT_EQ(
        ours_among(names, service.dump()).value(), std::vector<std::string>{"service/sluice"}
    );
    EXPECT_TRUE(ours_among(names, "\n").value().empty());
    EXPECT_EQ(ours_among(names, "oops").error().code, Errc::corrupt);
}

TEST(SecretValue, of_what_is_no_text_is_empty)
{
    const Json secret = parse_json(R"({"data": {"a": "aGk=", "b": "%%", "c": 1}})").value();
    EXPECT_EQ(secret_value(secret, "a"), "hi");
    EXPECT_EQ(secret_value(secret, "b"), "");
    EXPECT_EQ(secret_value(secret, "c"), "");
    EXPECT_EQ(secret_value(secret, "d"), "");
    EXPECT_EQ(secret_value(nullptr, "a"), "");
}

} // namespace sluice::kube::existing_test
