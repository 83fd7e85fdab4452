// SPDX-License-Identifier: Apache-2.0
#include "blob/gcs/google_key.h"

#include "base/json.h"
#include "net/digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sluice {

namespace {

constexpr std::chrono::seconds life_of_assertion = std::chrono::hours(1);
constexpr std::chrono::seconds clock_tolerance{10}; // for servers whose clock is a little behind
constexpr std::size_t key_bytes_max = 64u << 10;

// What else Google hands out as credentials; other words are not repeated, since they may be a
// part of something that is secret.
constexpr std::array<std::string_view, 5> other_types{
    "authorized_user", "external_account", "external_account_authorized_user",
    "gdch_service_account", "impersonated_service_account"};

Error refused(std::string why)
{
    return {Errc::invalid, fmt::format("{}: the JSON key of a service account is accepted", why)};
}

Result<std::string> key_text(const Json& key, std::string_view name)
{
    const auto found = key.find(name);
    if (found == key.end() || !found->is_string() || found->get_ref<const std::string&>().empty())
        return refused(fmt::format("'{}' is missing", name));
    return found->get<std::string>();
}

Result<void> check_type(const Json& key)
{
    const Result<std::string> type = key_text(key, "type");
    if (!type)
        return type.error();
    if (*type == "service_account")
        return {};
    if (std::find(other_types.begin(), other_types.end(), *type) == other_types.end())
        return refused("'type' is not 'service_account'");
    return refused(fmt::format("'type' is '{}'", *type));
}

bool is_http(std::string_view url)
{
    return url.starts_with("https://") || url.starts_with("http://");
}

std::string base64url(std::string_view bytes)
{
    return encode_base64url({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::int64_t to_seconds(Time time)
{
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

} // namespace

Result<GoogleKey> parse_google_key(std::string_view json)
{
    const JsonLimits limits{.bytes_max = key_bytes_max};
    const Result<Json> key = parse_json(json, limits);
    if (!key || !key->is_object())
        return refused("this is no JSON object"); // what is wrong with it might show a part of it
    if (const Result<void> type = check_type(*key); !type)
        return type.error();
    Result<std::string> email = key_text(*key, "client_email");
    if (!email)
        return email.error();
    Result<std::string> private_key = key_text(*key, "private_key");
    if (!private_key)
        return private_key.error();
    Result<std::string> token_uri = key_text(*key, "token_uri");
    if (!token_uri)
        return token_uri.error();
    if (!is_http(*token_uri))
        return refused("'token_uri' is no http:// or https:// URL");
    return GoogleKey{std::move(*email), std::move(*private_key), std::move(*token_uri)};
}

Result<std::string> make_assertion(const GoogleKey& key, std::string_view scope, Time now)
{
    const Json header = {{"alg", "RS256"}, {"typ", "JWT"}};
    const Time from = now - clock_tolerance;
    const Json claims = {
        {"iss", key.client_email},
        {"scope", scope},
        {"aud", key.token_uri},
        {"iat", to_seconds(from)},
        {"exp", to_seconds(from + life_of_assertion)},
    };
    const std::string content =
        fmt::format("{}.{}", base64url(dump_json(header)), base64url(dump_json(claims)));
    const Result<std::string> signature = sign_rs256(key.private_key, content);
    if (!signature)
        return with_context("'private_key'", signature.error());
    return fmt::format("{}.{}", content, base64url(*signature));
}

} // namespace sluice
