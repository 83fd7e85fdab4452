// SPDX-License-Identifier: Apache-2.0
#include "blob/s3/s3_requests.h"

#include "blob/s3/aws_profile.h"

#include <fmt/format.h>

namespace sluice {

namespace {

// A body may take as long as it needs while bytes flow.
constexpr std::chrono::hours total_time_max{24};
constexpr std::size_t regions_max = 10'000;

// A service may write what it was sent into its words.
std::string without_secrets(std::string text, const AwsCredentials& credentials)
{
    constexpr std::size_t bytes_min = 8; // a shorter one is none, and stands in many a word
    for (const std::string* secret :
         {&credentials.secret_key, &credentials.session_token, &credentials.access_key}) {
        if (secret->size() < bytes_min)
            continue;
        for (std::size_t at = text.find(*secret); at != text.npos; at = text.find(*secret))
            text.replace(at, secret->size(), "…");
    }
    return text;
}

std::string path_of(const S3Request& request, const S3Place& place)
{
    if (request.to == S3Request::To::object)
        return fmt::format("{}/{}", place.path_prefix, encode_key(request.name.key));
    return place.path_prefix.empty() ? "/" : place.path_prefix;
}

} // namespace

S3Requests::S3Requests(BucketParts parts, Variables variables)
    : parts_(parts), variables_(variables), credentials_(std::move(parts), std::move(variables))
{}

Async<Result<S3Answer>> S3Requests::send(S3Request request)
{
    Result<S3Settings> settings = co_await this->settings();
    if (!settings)
        co_return settings.error();
    for (bool is_first = true;; is_first = false) {
        settings->region = region_of(*settings, request.name.bucket);
        const Result<AwsCredentials> credentials = co_await credentials_.current();
        if (!credentials)
            co_return with_context(
                fmt::format("cannot {} {}", request.action.verb, s3_uri(request.name)),
                credentials.error()
            );
        ClientRequest to_send = signed_request(request, *settings, *credentials);
        Result<ClientResponse> response = co_await parts_.http.send(std::move(to_send));
        if (!response)
            co_return with_context(
                fmt::format("cannot {} {}", request.action.verb, s3_uri(request.name)),
                response.error()
            );
        const bool is_fine = response->status / 100 == 2;
        if (is_fine && request.success == S3Request::Success::by_status)
            co_return S3Answer{std::move(*response)};
        S3Refusal refusal = refusal_of(request, *response, *credentials, settings->region);
        if (is_fine && refusal.error.code.empty())
            co_return S3Answer{std::move(*response)};
        if (!request.accepted.empty() && refusal.error.code == request.accepted)
            co_return S3Answer{std::move(*response), std::string(request.accepted)};
        if (has_moved(refusal) && is_first)
            continue;
        if (says_credentials_ended(refusal.error)) {
            credentials_.refused(*credentials);
            co_return Error{
                Errc::unavailable, fmt::format(
                                       "cannot {} {}: the credentials have ended: {}",
                                       request.action.verb, s3_uri(request.name), refusal.error.code
                                   )};
        }
        co_return s3_error(refusal);
    }
}

Async<Result<S3Settings>> S3Requests::settings()
{
    if (settings_)
        co_return *settings_;
    AwsProfile profile;
    if (!value_of(variables_, "AWS_REGION") && !value_of(variables_, "AWS_DEFAULT_REGION")) {
        Result<AwsProfile> loaded = co_await load_profile(parts_.threads, variables_);
        if (!loaded)
            co_return loaded.error();
        profile = std::move(*loaded);
    }
    const Result<S3Settings> settings = s3_settings(variables_, profile);
    if (settings)
        settings_ = *settings;
    co_return settings;
}

std::string S3Requests::region_of(const S3Settings& settings, const std::string& bucket) const
{
    const auto known = regions_.find(bucket);
    return known == regions_.end() ? settings.region : known->second;
}

ClientRequest S3Requests::signed_request(
    const S3Request& request, const S3Settings& settings, const AwsCredentials& credentials
) const
{
    const S3Place place = s3_place(settings, request.name.bucket);
    SigningInput input{
        .method = request.method,
        .host = host_header(place.origin),
        .path = path_of(request, place),
        .query = request.query,
        .headers = request.headers,
        .region = settings.region,
        .at = parts_.clock.now(),
    };
    const std::string query = encode_query(request.query);
    return {
        .method = request.method,
        .url = fmt::format("{}{}{}{}", place.origin, input.path, query.empty() ? "" : "?", query),
        .headers = sign_v4(input, credentials),
        .body = request.body,
        .shared_body = request.shared_body,
        .path = ClientRequest::Path::as_it_is,
        .total_time = total_time_max,
        .stall_time = request.stall.value_or(parts_.limits.stall),
        .sink = request.sink,
        .receive_buffer_bytes = request.receive_buffer_bytes,
    };
}

S3Refusal S3Requests::refusal_of(
    const S3Request& request, const ClientResponse& response, const AwsCredentials& credentials,
    const std::string& region
) const
{
    S3Refusal refusal{
        .action = request.action,
        .name = request.name,
        .status = response.status,
        .error = parse_s3_error(response.body),
        .now = parts_.clock.now(),
        .region = region,
    };
    refusal.error.code = without_secrets(std::move(refusal.error.code), credentials);
    refusal.error.message = without_secrets(std::move(refusal.error.message), credentials);
    const auto told_region = response.headers.find("x-amz-bucket-region");
    if (told_region && refusal.error.region.empty())
        refusal.error.region = *told_region;
    const auto date = response.headers.find("Date");
    if (date)
        refusal.server_time = parse_http_date(*date);
    return refusal;
}

// Keeps the bucket's region when the answer tells another one than was asked.
bool S3Requests::has_moved(const S3Refusal& refusal)
{
    const bool says_where = refusal.status == 301 || refusal.status == 307 || refusal.status == 400;
    const std::string& region = refusal.error.region;
    if (!says_where || !is_region(region) || region == refusal.region)
        return false;
    if (regions_.size() >= regions_max)
        regions_.clear();
    regions_[refusal.name.bucket] = region;
    return true;
}

} // namespace sluice
