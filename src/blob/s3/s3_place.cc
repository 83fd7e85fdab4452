// SPDX-License-Identifier: Apache-2.0
#include "blob/s3/s3_place.h"

#include "base/text.h"
#include "blob/s3/sigv4.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

constexpr std::string_view lower_and_digits = "abcdefghijklmnopqrstuvwxyz0123456789";

bool consists_of(std::string_view text, std::string_view more)
{
    return std::all_of(text.begin(), text.end(), [more](char c) {
        return lower_and_digits.find(c) != std::string_view::npos ||
               more.find(c) != std::string_view::npos;
    });
}

Result<std::string> read_endpoint(std::string_view variable, const std::string& value)
{
    const auto url = boost::urls::parse_uri(value);
    const bool has_scheme = url && (url->scheme_id() == boost::urls::scheme::http ||
                                    url->scheme_id() == boost::urls::scheme::https);
    const bool is_plain = has_scheme && !url->encoded_host().empty() && !url->has_userinfo() &&
                          !url->has_query() && !url->has_fragment();
    if (!is_plain) {
        // What stands before '@' may be a password.
        const bool may_be_shown = value.find('@') == std::string::npos;
        return Error{
            Errc::invalid, fmt::format(
                               "{}{}: an address like https://minio.example.org:9000 is accepted",
                               variable, may_be_shown ? fmt::format(" '{}'", printable(value)) : ""
                           )};
    }
    std::string path(url->encoded_path());
    while (path.ends_with('/'))
        path.pop_back();
    return fmt::format(
        "{}://{}{}", to_lower(url->scheme()), to_lower(url->encoded_host_and_port()), path
    );
}

Result<std::string> read_region(const Variables& variables, const AwsProfile& profile)
{
    std::string source;
    std::string region;
    for (const std::string_view name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
        const std::optional<std::string> value = value_of(variables, name);
        if (!value || !region.empty())
            continue;
        source = name;
        region = trim(*value);
    }
    const auto of_profile = profile.find("region");
    if (region.empty() && of_profile != profile.end()) {
        source = "region of the profile";
        region = of_profile->second;
    }
    if (region.empty())
        return S3Settings().region;
    if (!is_region(region))
        return Error{
            Errc::invalid,
            fmt::format(
                "{} '{}': a region like 'eu-west-1' is accepted", source, printable(region)
            )};
    return region;
}

bool is_amazons(std::string_view host)
{
    host = host.substr(0, host.find(':'));
    return host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn");
}

// Splits "https://host:port/path".
struct Endpoint {
    std::string scheme; // with "://"
    std::string host;   // with the port
    std::string path;
};

Endpoint split_endpoint(std::string_view url)
{
    const std::size_t host = url.find("://") + 3;
    const std::size_t path = std::min(url.find('/', host), url.size());
    return {
        std::string(url.substr(0, host)), std::string(url.substr(host, path - host)),
        std::string(url.substr(path))};
}

} // namespace

Result<std::string> aws_endpoint(const Variables& variables, std::string_view variable)
{
    for (const std::string_view name : {variable, std::string_view("AWS_ENDPOINT_URL")}) {
        const std::optional<std::string> value = value_of(variables, name);
        if (value)
            return read_endpoint(name, std::string(trim(*value)));
    }
    return std::string();
}

Result<S3Settings> s3_settings(const Variables& variables, const AwsProfile& profile)
{
    Result<std::string> endpoint = aws_endpoint(variables, "AWS_ENDPOINT_URL_S3");
    if (!endpoint)
        return endpoint.error();
    Result<std::string> region = read_region(variables, profile);
    if (!region)
        return region.error();
    return S3Settings{std::move(*endpoint), std::move(*region)};
}

bool is_region(std::string_view text)
{
    return !text.empty() && text.size() < 64 && consists_of(text, "-");
}

S3Place s3_place(const S3Settings& settings, std::string_view bucket)
{
    const std::string amazon =
        fmt::format("https://s3.{}.{}", settings.region, aws_domain(settings.region));
    const Endpoint endpoint =
        split_endpoint(settings.endpoint.empty() ? amazon : settings.endpoint);
    if (is_amazons(endpoint.host) && endpoint.path.empty() && consists_of(bucket, "-"))
        return {fmt::format("{}{}.{}", endpoint.scheme, bucket, endpoint.host), ""};
    return {
        endpoint.scheme + endpoint.host, fmt::format("{}/{}", endpoint.path, encode_key(bucket))};
}

std::string host_header(std::string_view origin)
{
    const Endpoint endpoint = split_endpoint(origin);
    const std::string_view usual = endpoint.scheme == "https://" ? ":443" : ":80";
    std::string host = endpoint.host;
    if (host.ends_with(usual))
        host.resize(host.size() - usual.size());
    return host;
}

std::string_view aws_domain(std::string_view region)
{
    return region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

} // namespace sluice
