// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/result.h"
#include "blob/bucket_access.h"

#include <memory>
#include <string>
#include <string_view>

namespace sluice {

// Access tokens for Google Cloud Storage, of the first source that is configured: the key in
// GOOGLE_SERVICE_ACCOUNT_KEY, the key in the file of GOOGLE_APPLICATION_CREDENTIALS, else the
// metadata server (GCE_METADATA_HOST or Google's own). With STORAGE_EMULATOR_HOST and none of these
// there are no tokens. Lives on the loop and outlives its calls.
class GoogleTokens {
public:
    GoogleTokens(BucketParts parts, Variables variables);
    ~GoogleTokens();

    // A token that is good now; empty: requests are sent without one. Tokens are kept and renewed
    // five minutes before their end; when that fails the old one serves until it comes. Many
    // callers share one request. Errors: unauthorized (there is no source, or Google refuses it),
    // invalid (a source that is configured wrongly), unavailable, timed_out, overloaded.
    Async<Result<std::string>> current();

    // The service said that this one is no good any more: the next call gets another.
    void refused(std::string_view token);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace sluice
