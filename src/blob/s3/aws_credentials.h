// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/result.h"
#include "blob/bucket_access.h"
#include "blob/s3/sigv4.h"

#include <memory>

namespace sluice {

// Where credentials come from: environment, web identity, container, profile files, instance
// metadata (version 2), in this order. The first source that is configured is the one: when it
// fails, that is the error. Lives on the loop and outlives its calls.
class AwsCredentialChain {
public:
    AwsCredentialChain(BucketParts parts, Variables variables);
    ~AwsCredentialChain();

    // Credentials that are good now. They are kept and renewed five minutes before their end; when
    // that fails the old ones serve until it comes. Many callers share one request for them.
    // Errors: unauthorized (there are none: the text names what was looked at; the source refused;
    // or it still gives those of which the service has just said that they are no good), invalid
    // (a source that is configured wrongly), unavailable, timed_out.
    Async<Result<AwsCredentials>> current();

    // The service said that these are no good any more: the next call asks their source anew.
    void refused(const AwsCredentials& credentials);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace sluice
