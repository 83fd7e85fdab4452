// SPDX-License-Identifier: Apache-2.0
#include "async/worker_threads.h"
#include "base/os.h"
#include "base/text.h"
#include "blob/s3/aws_sources.h"
#include "blob/s3/s3_place.h"
#include "blob/s3/s3_xml.h"
#include "blob/small_file.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::chrono::seconds time_max{10};

Result<std::string> sts_url(const Variables& variables)
{
    const Result<std::string> endpoint = aws_endpoint(variables, "AWS_ENDPOINT_URL_STS");
    if (!endpoint)
        return endpoint.error();
    if (!endpoint->empty())
        return *endpoint + "/";
    const Result<S3Settings> settings = s3_settings(variables, {});
    if (!settings)
        return settings.error();
    return fmt::format("https://sts.{}.{}/", settings->region, aws_domain(settings->region));
}

AwsFound read_answer(const Result<ClientResponse>& answer, const std::string& role)
{
    const std::string context = fmt::format("cannot assume role '{}'", printable_path(role));
    if (!answer)
        return with_context(context, answer.error());
    if (answer->status == 200) {
        const Result<AwsCredentials> assumed = parse_assumed_role(answer->body);
        if (!assumed)
            return with_context(context, assumed.error());
        return *assumed;
    }
    const S3Error refusal = parse_s3_error(answer->body);
    const bool may_pass =
        is_retryable_status(answer->status) || refusal.code == "IDPCommunicationError";
    return Error{
        may_pass ? Errc::unavailable : Errc::unauthorized,
        fmt::format(
            "{}: {}", context,
            refusal.code.empty() ? fmt::format("STS answered with status {}", answer->status)
                                 : printable_path(refusal.code)
        )};
}

} // namespace

Async<AwsFound> from_web_identity(const AwsSource& source)
{
    const std::optional<std::string> file =
        value_of(source.variables, "AWS_WEB_IDENTITY_TOKEN_FILE");
    if (!file)
        co_return std::nullopt;
    const std::optional<std::string> role = value_of(source.variables, "AWS_ROLE_ARN");
    if (!role)
        co_return Error{
            Errc::invalid, "AWS_ROLE_ARN is missing: AWS_WEB_IDENTITY_TOKEN_FILE is set"};
    const Result<std::string> url = sts_url(source.variables);
    if (!url)
        co_return url.error();
    auto read = [&file] { return read_small_file(*file); };
    const Result<std::string> token = co_await source.parts.threads.run(std::move(read));
    if (!token)
        co_return with_context("AWS_WEB_IDENTITY_TOKEN_FILE", token.error());

    const std::string session =
        value_of(source.variables, "AWS_ROLE_SESSION_NAME").value_or("sluice");
    ClientRequest request{
        .method = Method::post,
        .url = *url,
        .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
        .body = encode_query({
            {"Action", "AssumeRoleWithWebIdentity"},
            {"Version", "2011-06-15"},
            {"RoleArn", *role},
            {"RoleSessionName", session},
            {"WebIdentityToken", std::string(trim(*token))},
        }),
        .total_time = time_max,
    };
    const Result<ClientResponse> answer = co_await source.parts.http.send(std::move(request));
    co_return read_answer(answer, *role);
}

} // namespace sluice
