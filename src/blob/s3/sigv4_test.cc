// SPDX-License-Identifier: Apache-2.0
#include "blob/s3/sigv4.h"

#include "net/digest.h"

#include <gtest/gtest.h>

namespace sluice::sigv4_test {
namespace {

// Of Amazon's documentation; they open nothing.
const AwsCredentials example{
    .access_key = "AKIAIOSFODNN7EXAMPLE",
    .secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

const std::string empty_hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

// The examples in "Signature Calculations for the Authorization Header" of the S3 API reference.
SigningInput s3_example(Method method, std::string path)
{
    return {
        .method = method,
        .host = "examplebucket.s3.amazonaws.com",
        .path = std::move(path),
        .payload_hash = empty_hash,
        .region = "us-east-1",
        .at = parse_time("2013-05-24T00:00:00Z").value(),
    };
}

std::string authorization(const SigningInput& input, const AwsCredentials& credentials = example)
{
    const Headers headers = sign_v4(input, credentials);
    return std::string(headers.find("Authorization").value());
}

std::string signature(const SigningInput& input)
{
    const std::string text = authorization(input);
    return text.substr(text.find("Signature=") + 10);
}

} // namespace

TEST(SigV4, signs_amazons_example_of_reading_a_range)
{
    SigningInput input = s3_example(Method::get, "/test.txt");
    input.headers = {{"Range", "bytes=0-9"}};

    EXPECT_EQ(
        authorization(input),
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    );
}

TEST(SigV4, signs_amazons_example_of_writing)
{
    SigningInput input = s3_example(Method::put, encode_key("/test$file.text"));
    input.headers = {
        {"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}};
    input.payload_hash = encode_hex(sha256("Welcome to Amazon S3."));

    EXPECT_EQ(signature(input), "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(SigV4, signs_amazons_example_of_a_parameter_without_a_value)
{
    SigningInput input = s3_example(Method::get, "/");
    input.query = {{"lifecycle", ""}};

    EXPECT_EQ(signature(input), "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST(SigV4, signs_amazons_example_of_a_listing_whatever_the_order_of_its_parameters)
{
    SigningInput input = s3_example(Method::get, "/");
    input.query = {{"prefix", "J"}, {"max-keys", "2"}};

    EXPECT_EQ(signature(input), "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(SigV4, signs_get_vanilla_of_amazons_test_suite)
{
    const SigningInput input{
        .host = "example.amazonaws.com",
        .payload_hash = empty_hash,
        .region = "us-east-1",
        .service = "service",
        .at = parse_time("2015-08-30T12:36:00Z").value(),
    };
    const AwsCredentials suite{
        .access_key = "AKIDEXAMPLE",
        .secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    };

    EXPECT_EQ(
        authorization(input, suite),
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
        "SignedHeaders=host;x-amz-date,"
        "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    );
}

TEST(SigV4, signs_the_session_token)
{
    AwsCredentials session = example;
    session.session_token = "the token";

    const Headers headers = sign_v4(s3_example(Method::get, "/"), session);

    EXPECT_EQ(headers.find("X-Amz-Security-Token"), "the token");
    EXPECT_NE(headers.find("Authorization")->find(";x-amz-security-token,"), std::string::npos);
}

TEST(SigV4, spaces_around_and_in_a_header_do_not_count_twice)
{
    SigningInput plain = s3_example(Method::get, "/");
    plain.headers = {{"X-Amz-Meta", "a b"}};
    SigningInput spaced = s3_example(Method::get, "/");
    spaced.headers = {{"x-amz-meta", "  a   b "}};

    EXPECT_EQ(signature(plain), signature(spaced));
}

TEST(SigV4, a_key_is_encoded_once_and_keeps_its_slashes_and_dots)
{
    EXPECT_EQ(encode_key("a/b-c._~/../d//"), "a/b-c._~/../d//");
    EXPECT_EQ(encode_key("1+1 %2F=\xc3\xa4\n"), "1%2B1%20%252F%3D%C3%A4%0A");
    EXPECT_EQ(
        encode_query({{"prefix", "a/b c"}, {"list-type", "2"}}), "list-type=2&prefix=a%2Fb%20c"
    );
}

} // namespace sluice::sigv4_test
