// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blob/bucket_access.h"
#include "blob/s3/aws_credentials.h"
#include "blob/s3/s3_errors.h"
#include "blob/s3/s3_place.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

struct S3Request {
    enum class To : std::uint8_t { object, bucket };
    // Some successes are known only from the document: an error may come with 200.
    enum class Success : std::uint8_t { by_status, by_document };

    Method method = Method::get;
    BucketAction action; // for errors
    ObjectName name;     // likewise, and where it goes; to the bucket: its key is a prefix
    To to = To::object;
    std::vector<Field> query = {};
    Headers headers = {}; // all of them are signed
    std::string body = {};
    SharedBytes shared_body = nullptr;
    BodySink* sink = nullptr;
    Success success = Success::by_status;
    std::string_view accepted = {};                       // a refusal's code that is no error here
    std::optional<std::chrono::seconds> stall = {};       // instead of that of the limits
    std::optional<std::size_t> receive_buffer_bytes = {}; // as ClientRequest's
};

struct S3Answer {
    ClientResponse response;
    std::string accepted = {}; // the refusal's code; empty: a success
};

// Requests of one S3 service, signed: each goes to the bucket's region with credentials that are
// good now. Lives on the loop and outlives its calls.
class S3Requests {
public:
    S3Requests(BucketParts parts, Variables variables);

    // Sends one request. When the answer says that the bucket is in another region, that is kept
    // and the request sent there, once. Errors: those of s3_error(), of AwsCredentialChain, of
    // s3_settings() and of the network; unavailable also when the credentials have ended: the next
    // call takes others.
    Async<Result<S3Answer>> send(S3Request request);

private:
    Async<Result<S3Settings>> settings();
    std::string region_of(const S3Settings& settings, const std::string& bucket) const;
    ClientRequest signed_request(
        const S3Request& request, const S3Settings& settings, const AwsCredentials& credentials
    ) const;
    S3Refusal refusal_of(
        const S3Request& request, const ClientResponse& response, const AwsCredentials& credentials,
        const std::string& region
    ) const;
    bool has_moved(const S3Refusal& refusal);

    BucketParts parts_;
    Variables variables_;
    AwsCredentialChain credentials_;
    std::optional<S3Settings> settings_;         // once they are known
    std::map<std::string, std::string> regions_; // of buckets that are not in the settings' region
};

} // namespace sluice
