// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blob/bucket_store.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// The environment as bucket services read it: a variable's value by its name; nothing: unset.
// It is the process's own, or made from a job's secrets. Called on any thread.
using Variables = std::function<std::optional<std::string>(std::string_view name)>;

// Those of this process, read at each call.
Variables process_variables();

// The variable's value; nothing when it is unset or empty.
std::optional<std::string> value_of(const Variables& variables, std::string_view name);

// S3 as `variables` say: AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL (else Amazon's), AWS_REGION or
// AWS_DEFAULT_REGION, and credentials as AwsCredentialChain finds them. What is wrong with these is
// an error of the first call.
std::unique_ptr<ObjectService> make_s3_service(BucketParts parts, Variables variables);

// Google Cloud Storage: GOOGLE_SERVICE_ACCOUNT_KEY, GOOGLE_APPLICATION_CREDENTIALS or the metadata
// server; STORAGE_EMULATOR_HOST.
std::unique_ptr<ObjectService> make_gcs_service(BucketParts parts, Variables variables);

} // namespace sluice
