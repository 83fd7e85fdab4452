// SPDX-License-Identifier: Apache-2.0
#include "blob/s3/aws_profile.h"

#include <gtest/gtest.h>

namespace sluice::aws_profile_test {

TEST(AwsProfiles, a_profile_is_found_in_both_forms)
{
    const std::string credentials = "# mine\n[default]\naws_access_key_id=A\n"
                                    "AWS_Secret_Access_Key = b=c \r\n[other]\naws_access_key_id = "
                                    "X\n";
    EXPECT_EQ(
        read_profile(credentials, "default").value(),
        (AwsProfile{{"aws_access_key_id", "A"}, {"aws_secret_access_key", "b=c"}})
    );

    const std::string config = "[default]\nregion = eu-west-1\n; no\n[profile  other]\n"
                               "region=eu-west-2\n[profile 'with space']\nregion=eu-west-3\n";
    EXPECT_EQ(read_profile(config, "other").value(), (AwsProfile{{"region", "eu-west-2"}}));
    EXPECT_EQ(read_profile(config, "with space").value(), (AwsProfile{{"region", "eu-west-3"}}));
    EXPECT_EQ(read_profile(config, "nobody").value(), std::nullopt);
    EXPECT_EQ(read_profile("", "default").value(), std::nullopt);
}

TEST(AwsProfiles, settings_below_a_setting_are_left_out)
{
    const std::string config = "[default]\ns3 =\n  max_concurrent_requests = 20\nregion = a-1\n";

    EXPECT_EQ(read_profile(config, "default").value(), (AwsProfile{{"s3", ""}, {"region", "a-1"}}));
}

TEST(AwsProfiles, a_line_that_cannot_be_understood_is_named_by_its_number_alone)
{
    for (const std::string text :
         {"[default]\nplanted secret\n", "[default]\n[planted\n", "[default]\n= planted\n",
          "\nplanted = 1\n"}) {
        const Result<std::optional<AwsProfile>> profile = read_profile(text, "default");

        ASSERT_TRUE(profile.has_error()) << text;
        EXPECT_EQ(profile.error().code, Errc::invalid);
        EXPECT_TRUE(profile.error().detail.starts_with("line 2: ")) << profile.error().detail;
        EXPECT_EQ(profile.error().detail.find("planted"), std::string::npos);
    }
}

} // namespace sluice::aws_profile_test
