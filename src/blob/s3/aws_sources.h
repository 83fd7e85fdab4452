// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/result.h"
#include "blob/bucket_access.h"
#include "blob/s3/sigv4.h"

#include <optional>
#include <string_view>

// The places that AwsCredentialChain asks, one function for each. All give nothing when the source
// is not configured, and an error when it is and fails: invalid (configured wrongly), unauthorized
// (it refuses), unavailable, timed_out. No text holds a secret.

namespace sluice {

using AwsFound = Result<std::optional<AwsCredentials>>;

// Borrowed until the call returns.
struct AwsSource {
    const BucketParts& parts;
    const Variables& variables;
};

// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
AwsFound from_environment(const Variables& variables);

// The role AWS_ROLE_ARN for the token in AWS_WEB_IDENTITY_TOKEN_FILE, by STS.
Async<AwsFound> from_web_identity(const AwsSource& source);

// AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI, with AWS_CONTAINER_AUTHORIZATION_TOKEN or
// _TOKEN_FILE. Plain http only to this machine and to the addresses that containers have for it.
Async<AwsFound> from_container(const AwsSource& source);

// The keys of the profile (see load_profile). Other kinds of profile are an error that names them.
Async<AwsFound> from_profile(const AwsSource& source);

// The role of the machine, by its metadata service (version 2) unless AWS_EC2_METADATA_DISABLED is
// "true". One that does not answer within a second is not there.
Async<AwsFound> from_instance(const AwsSource& source);

// The answer of a container's or an instance's endpoint, from `source` ("the instance metadata").
AwsFound read_credentials_json(std::string_view body, std::string_view source);

} // namespace sluice
