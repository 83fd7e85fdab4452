// SPDX-License-Identifier: Apache-2.0
#include "blob/s3/s3_place.h"

#include <gtest/gtest.h>

namespace sluice::s3_place_test {
namespace {

Variables variables(std::map<std::string, std::string, std::less<>> values)
{
    return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
        const auto at = values.find(name);
        return at == values.end() ? std::nullopt : std::optional(at->second);
    };
}

} // namespace

TEST(S3Place, the_endpoint_of_s3_goes_before_that_of_all_services)
{
    const auto both = variables(
        {{"AWS_ENDPOINT_URL", "http://all:1"}, {"AWS_ENDPOINT_URL_S3", "http://MinIO:9000/"}}
    );
    EXPECT_EQ(s3_settings(both, {})->endpoint, "http://minio:9000");

    const auto one = variables({{"AWS_ENDPOINT_URL", "https://all"}, {"AWS_ENDPOINT_URL_S3", ""}});
    EXPECT_EQ(s3_settings(one, {})->endpoint, "https://all");

    EXPECT_EQ(s3_settings(variables({}), {}).value(), (S3Settings{"", "us-east-1"}));
}

TEST(S3Place, an_endpoint_that_is_none_is_named_without_what_may_be_secret)
{
    const Result<S3Settings> no_url =
        s3_settings(variables({{"AWS_ENDPOINT_URL_S3", "minio:9000"}}), {});
    EXPECT_EQ(no_url.error().code, Errc::invalid);
    EXPECT_EQ(
        no_url.error().detail, "AWS_ENDPOINT_URL_S3 'minio:9000': an address like "
                               "https://minio.example.org:9000 is accepted"
    );

    const Result<S3Settings> with_password =
        s3_settings(variables({{"AWS_ENDPOINT_URL", "http://user:planted@minio"}}), {});
    EXPECT_EQ(with_password.error().detail.find("planted"), std::string::npos);
    EXPECT_TRUE(s3_settings(variables({{"AWS_ENDPOINT_URL", "http://m/?a=b"}}), {}).has_error());
    EXPECT_TRUE(s3_settings(variables({{"AWS_ENDPOINT_URL", "ftp://m"}}), {}).has_error());
}

TEST(S3Place, the_region_is_that_of_the_environment_then_of_the_profile)
{
    const AwsProfile profile{{"region", "ap-south-1"}};
    const auto both = variables({{"AWS_REGION", "eu-west-1"}, {"AWS_DEFAULT_REGION", "eu-west-2"}});

    EXPECT_EQ(s3_settings(both, profile)->region, "eu-west-1");
    EXPECT_EQ(
        s3_settings(variables({{"AWS_DEFAULT_REGION", "eu-west-2"}}), profile)->region, "eu-west-2"
    );
    EXPECT_EQ(s3_settings(variables({}), profile)->region, "ap-south-1");
    EXPECT_EQ(
        s3_settings(variables({{"AWS_REGION", "EU (Ireland)"}}), {}).error().detail,
        "AWS_REGION 'EU (Ireland)': a region like 'eu-west-1' is accepted"
    );
}

TEST(S3Place, amazons_hosts_take_the_bucket_in_their_name)
{
    const S3Settings ireland{"", "eu-west-1"};
    EXPECT_EQ(s3_place(ireland, "b-1"), (S3Place{"https://b-1.s3.eu-west-1.amazonaws.com", ""}));
    EXPECT_EQ(
        s3_place({"", "cn-north-1"}, "b"), (S3Place{"https://b.s3.cn-north-1.amazonaws.com.cn", ""})
    );
    const S3Settings given{"https://s3.eu-west-1.amazonaws.com", "eu-west-1"};
    EXPECT_EQ(s3_place(given, "b"), (S3Place{"https://b.s3.eu-west-1.amazonaws.com", ""}));
}

TEST(S3Place, a_bucket_that_fits_no_certificate_and_other_hosts_have_it_in_the_path)
{
    const S3Settings ireland{"", "eu-west-1"};
    EXPECT_EQ(s3_place(ireland, "b.1"), (S3Place{"https://s3.eu-west-1.amazonaws.com", "/b.1"}));
    EXPECT_EQ(s3_place(ireland, "B_1"), (S3Place{"https://s3.eu-west-1.amazonaws.com", "/B_1"}));
    EXPECT_EQ(
        s3_place({"http://minio:9000", "us-east-1"}, "b"), (S3Place{"http://minio:9000", "/b"})
    );
    EXPECT_EQ(
        s3_place({"https://gate.example.org/s3", "us-east-1"}, "b"),
        (S3Place{"https://gate.example.org", "/s3/b"})
    );
}

TEST(S3Place, the_host_header_has_the_port_unless_it_is_the_usual_one)
{
    EXPECT_EQ(host_header("https://b.s3.amazonaws.com"), "b.s3.amazonaws.com");
    EXPECT_EQ(host_header("https://minio:443"), "minio");
    EXPECT_EQ(host_header("http://minio:443"), "minio:443");
    EXPECT_EQ(host_header("http://minio:80"), "minio");
    EXPECT_EQ(host_header("http://[::1]:9000"), "[::1]:9000");
}

} // namespace sluice::s3_place_test
