// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "blob/bucket_access.h"
#include "blob/s3/aws_profile.h"

#include <string>
#include <string_view>

// Where requests go. Pure.

namespace sluice {

struct S3Settings {
    std::string endpoint; // "http://minio:9000", no slash at its end; empty: Amazon's own
    std::string region = "us-east-1";

    friend bool operator==(const S3Settings&, const S3Settings&) = default;
};

// The endpoint of AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, the region of AWS_REGION,
// AWS_DEFAULT_REGION or the profile. Errors (invalid): another endpoint than http[s]://host[:port]
// with or without a path, a region of other characters than a-z, 0-9 and '-'.
Result<S3Settings> s3_settings(const Variables& variables, const AwsProfile& profile);

// The endpoint of `variable` ("AWS_ENDPOINT_URL_STS") or AWS_ENDPOINT_URL; empty when neither is
// set. Errors (invalid) as above.
Result<std::string> aws_endpoint(const Variables& variables, std::string_view variable);

// Whether it may be the name of a region: it becomes a part of host names.
bool is_region(std::string_view text);

struct S3Place {
    std::string origin;      // "https://b.s3.eu-west-1.amazonaws.com", "http://minio:9000"
    std::string path_prefix; // before "/key": "" or "/b"

    friend bool operator==(const S3Place&, const S3Place&) = default;
};

// Hosts of Amazon take the bucket in their name, unless it has a dot or another character that does
// not fit a certificate or a host name; all others in the path.
S3Place s3_place(const S3Settings& settings, std::string_view bucket);

// The host as it stands in the Host header: without the port where it is the usual one.
std::string host_header(std::string_view origin);

// "amazonaws.com", or what the regions of China have.
std::string_view aws_domain(std::string_view region);

} // namespace sluice
