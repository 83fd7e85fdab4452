// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "batch/secret_source.h"
#include "blob/bucket_access.h"
#include "model/pipeline.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

// What pipelines say about credentials of buckets. Pure.

namespace sluice {

// A service of buckets, and how pipelines name its credentials.
struct BucketKind {
    UriScheme scheme;
    std::string_view key;    // the variable that names the secret
    std::string_view prefix; // of all its variables
};
inline constexpr BucketKind bucket_kinds[] = {
    {UriScheme::s3, "AWS_ACCESS_KEY_ID", "AWS_"},
    {UriScheme::gs, "GOOGLE_SERVICE_ACCOUNT_KEY", "GOOGLE_"},
};

// Does the pipeline have an input or its egress there?
bool uses(const Pipeline& pipeline, UriScheme scheme);

// The secret's key that becomes the service's key; null: the pipeline has none.
const SecretVariable* key_of(const BucketKind& kind, const Transform& transform);

// All secrets' keys that become variables of the service; the one of key_of() is the first.
std::vector<const SecretVariable*> variables_of(const BucketKind& kind, const Transform& transform);

// The variables that secrets give, by name: those that the pipeline takes from a key, then every
// other key as it is called. Values are trimmed; one with a NUL byte is none. `secrets` by name.
std::map<std::string, std::string>
bucket_variables(const Transform& transform, const std::map<std::string, SecretData>& secrets);

// Adds where buckets are, as the pipeline's own variables say, unless its secrets say it. Only for
// a job with credentials: where others are sent is not for a pipeline to say.
void add_places(const Transform& transform, std::map<std::string, std::string>& values);

// Does it say where buckets are that the pipeline brings no credentials for? In its pods that is
// not for its own variables to say either.
bool is_place_of_others(std::string_view variable, const Transform& transform);

// A job's environment: `values`, and of `own` nothing but where buckets are, as its pods get it.
Variables job_variables(std::map<std::string, std::string> values, Variables own);

} // namespace sluice
