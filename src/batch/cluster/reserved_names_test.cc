// SPDX-License-Identifier: Apache-2.0
#include "batch/cluster/reserved_names.h"

#include <gtest/gtest.h>

namespace sluice::reserved_names_test {

namespace {

SecretVariable variable_of(std::string secret)
{
    SecretVariable made;
    made.name = std::move(secret);
    made.key = "token";
    made.env_var = "TAKEN";
    return made;
}

SecretMount mount_of(std::string secret)
{
    SecretMount made;
    made.name = std::move(secret);
    made.mount_path = "/taken";
    return made;
}

const std::string not_ours = "; accepted: a Secret that is not Sluice's own";

} // namespace

TEST(ReservedNames, the_installations_secret_is_for_no_job)
{
    Transform transform;
    transform.secrets = {variable_of("s3"), variable_of("sluice"), mount_of("sluice")};
    const std::string why = "'sluice' is the Secret of Sluice itself" + not_ours;
    const std::vector<Problem> expected{
        {"transform.secrets[1].name", why}, {"transform.secrets[2].name", why}};
    EXPECT_EQ(check_reserved_names(transform, {}), expected);
}

TEST(ReservedNames, the_token_of_a_job_is_for_no_other)
{
    Transform transform;
    transform.secrets = {mount_of("words-0123456789"), variable_of("words-0123456780")};
    const std::vector<Problem> expected{
        {"transform.secrets[0].name",
         "'words-0123456789' is the Secret of a job's token" + not_ours}};
    EXPECT_EQ(check_reserved_names(transform, {"words-0123456789"}), expected);
}

TEST(ReservedNames, the_servers_account_is_for_no_job)
{
    Transform transform;
    transform.service_account = "sluice";
    const std::vector<Problem> expected{
        {"transform.service_account",
         "'sluice' is the account of the server; accepted: any other service account"}};
    EXPECT_EQ(check_reserved_names(transform, {}), expected);
}

TEST(ReservedNames, other_secrets_and_accounts_are_the_users)
{
    Transform transform;
    transform.secrets = {variable_of("s3"), mount_of("sluice-of-mine")};
    EXPECT_EQ(check_reserved_names(transform, {}), std::vector<Problem>());
    transform.service_account = "reader";
    EXPECT_EQ(check_reserved_names(transform, {}), std::vector<Problem>());
    EXPECT_EQ(secret_names(transform), (std::set<std::string>{"s3", "sluice-of-mine"}));
}

} // namespace sluice::reserved_names_test
