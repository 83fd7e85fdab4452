// SPDX-License-Identifier: Apache-2.0
#include "async/worker_threads.h"
#include "base/json.h"
#include "base/os.h"
#include "base/text.h"
#include "blob/s3/aws_sources.h"
#include "blob/small_file.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::chrono::seconds container_time_max{10};
constexpr std::chrono::seconds instance_time_max{1};
constexpr std::string_view container = "the container's credentials";
constexpr std::string_view instance = "the metadata of this machine";

// A token goes there, and keys come from there: nobody on the way may read them.
bool may_be_plain(const boost::urls::url_view& url)
{
    // Boost.URL takes a name that begins like an address for that and a path behind it.
    if (!url.encoded_path().empty() && !url.encoded_path().starts_with('/'))
        return false;
    if (url.host_type() == boost::urls::host_type::ipv4) {
        const auto address = url.host_ipv4_address();
        return address.is_loopback() || address.to_string() == "169.254.170.2" ||
               address.to_string() == "169.254.170.23";
    }
    if (url.host_type() == boost::urls::host_type::ipv6) {
        const auto address = url.host_ipv6_address();
        return address.is_loopback() || address.to_string() == "fd00:ec2::23";
    }
    return to_lower(url.encoded_host()) == "localhost";
}

// Nothing: not configured.
Result<std::optional<std::string>> container_url(const Variables& variables)
{
    const std::optional<std::string> relative =
        value_of(variables, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    if (relative && !relative->starts_with('/'))
        return Error{
            Errc::invalid,
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: a path that begins with '/' is accepted"};
    if (relative)
        return "http://169.254.170.2" + *relative;
    const std::optional<std::string> full =
        value_of(variables, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (!full)
        return std::nullopt;
    const auto url = boost::urls::parse_uri(*full);
    const bool is_good = url && !url->encoded_host().empty() &&
                         (url->scheme_id() == boost::urls::scheme::https ||
                          (url->scheme_id() == boost::urls::scheme::http && may_be_plain(*url)));
    if (!is_good)
        return Error{
            Errc::invalid, "AWS_CONTAINER_CREDENTIALS_FULL_URI: https, or http to this machine, "
                           "169.254.170.2 or 169.254.170.23 is accepted"};
    return *full;
}

// Empty: none is asked for.
Async<Result<std::string>> container_token(const AwsSource& source)
{
    const std::optional<std::string> file =
        value_of(source.variables, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    if (!file)
        co_return std::string(
            trim(value_of(source.variables, "AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or(""))
        );
    auto read = [&file] { return read_small_file(*file); };
    const Result<std::string> token = co_await source.parts.threads.run(std::move(read));
    if (!token)
        co_return with_context("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token.error());
    co_return std::string(trim(*token));
}

AwsFound read_answer(const Result<ClientResponse>& answer, std::string_view source)
{
    if (!answer)
        return with_context(source, answer.error());
    if (answer->status != 200)
        return Error{
            is_retryable_status(answer->status) ? Errc::unavailable : Errc::unauthorized,
            fmt::format("{}: answered with status {}", source, answer->status)};
    return read_credentials_json(answer->body, source);
}

std::string member(const Json& object, const char* name)
{
    const auto at = object.find(name);
    return at != object.end() && at->is_string() ? at->get<std::string>() : "";
}

// The three requests to the metadata service.
class Instance {
public:
    Instance(const AwsSource& source, std::string origin)
        : http_(source.parts.http), origin_(std::move(origin))
    {}

    Async<Result<ClientResponse>> open()
    {
        Headers headers{{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}};
        return send(Method::put, "/latest/api/token", std::move(headers));
    }

    Async<Result<ClientResponse>> get(const std::string& token, std::string_view name)
    {
        Headers headers{{"X-aws-ec2-metadata-token", token}};
        return send(
            Method::get, fmt::format("/latest/meta-data/iam/security-credentials/{}", name),
            std::move(headers)
        );
    }

private:
    Async<Result<ClientResponse>> send(Method method, const std::string& path, Headers headers)
    {
        ClientRequest request{
            .method = method,
            .url = origin_ + path,
            .headers = std::move(headers),
            .total_time = instance_time_max,
        };
        return http_.send(std::move(request));
    }

    HttpClient& http_;
    std::string origin_;
};

} // namespace

AwsFound read_credentials_json(std::string_view body, std::string_view source)
{
    const Result<Json> json = parse_json(body);
    const bool is_object = json && json->is_object();
    // The parser's words could hold a part of the body.
    if (!is_object)
        return Error{Errc::unavailable, fmt::format("{}: the answer is no JSON object", source)};
    const std::string code = member(*json, "Code");
    if (!code.empty() && code != "Success")
        return Error{Errc::unauthorized, fmt::format("{}: {}", source, printable_path(code))};
    AwsCredentials credentials{
        .access_key = member(*json, "AccessKeyId"),
        .secret_key = member(*json, "SecretAccessKey"),
        .session_token = member(*json, "Token"),
    };
    const std::string end = member(*json, "Expiration");
    const Result<Time> expires_at = parse_time(end);
    if (credentials.access_key.empty() || credentials.secret_key.empty() ||
        (!end.empty() && !expires_at))
        return Error{
            Errc::unavailable,
            fmt::format(
                "{}: AccessKeyId, SecretAccessKey and a time as Expiration are expected", source
            )};
    if (expires_at)
        credentials.expires_at = *expires_at;
    return credentials;
}

Async<AwsFound> from_container(const AwsSource& source)
{
    const Result<std::optional<std::string>> url = container_url(source.variables);
    if (!url)
        co_return url.error();
    if (!*url)
        co_return std::nullopt;
    const Result<std::string> token = co_await container_token(source);
    if (!token)
        co_return token.error();
    ClientRequest request{.url = **url, .total_time = container_time_max};
    if (!token->empty())
        request.headers.add("Authorization", *token);
    const Result<ClientResponse> answer = co_await source.parts.http.send(std::move(request));
    co_return read_answer(answer, container);
}

Async<AwsFound> from_instance(const AwsSource& source)
{
    const std::string disabled =
        value_of(source.variables, "AWS_EC2_METADATA_DISABLED").value_or("");
    if (to_lower(disabled) == "true")
        co_return std::nullopt;
    std::string origin = value_of(source.variables, "AWS_EC2_METADATA_SERVICE_ENDPOINT")
                             .value_or("http://169.254.169.254");
    while (origin.ends_with('/'))
        origin.pop_back();

    Instance service(source, std::move(origin));
    Result<ClientResponse> token = co_await service.open();
    if (!token && token.error().code == Errc::timed_out)
        token = co_await service.open(); // a machine that is busy is slow once
    if (token && is_retryable_status(token->status))
        co_return read_answer(token, instance);
    if (!token || token->status != 200)
        co_return std::nullopt; // no such machine, or it tells nothing
    const std::string token_text(trim(token->body));
    const Result<ClientResponse> roles = co_await service.get(token_text, "");
    if (roles && roles->status == 404)
        co_return std::nullopt; // a machine without a role
    if (!roles || roles->status != 200)
        co_return read_answer(roles, instance);
    const std::vector<std::string> names = split(trim(roles->body), '\n');
    if (names.empty() || names[0].empty())
        co_return std::nullopt;
    const std::string role = encode_key(trim(names[0]));
    const Result<ClientResponse> answer = co_await service.get(token_text, role);
    co_return read_answer(answer, instance);
}

} // namespace sluice
