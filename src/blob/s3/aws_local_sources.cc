// SPDX-License-Identifier: Apache-2.0
#include "base/os.h"
#include "base/text.h"
#include "blob/s3/aws_profile.h"
#include "blob/s3/aws_sources.h"

#include <fmt/format.h>

namespace sluice {

namespace {

// A value of the profile; empty when it has none.
std::string setting(const AwsProfile& profile, std::string_view name)
{
    const auto at = profile.find(name);
    return at == profile.end() ? "" : at->second;
}

Error half_of_a_pair(std::string_view missing, std::string_view there)
{
    return {Errc::invalid, fmt::format("{} is missing: {} is set", missing, there)};
}

} // namespace

AwsFound from_environment(const Variables& variables)
{
    const std::optional<std::string> key = value_of(variables, "AWS_ACCESS_KEY_ID");
    const std::optional<std::string> secret = value_of(variables, "AWS_SECRET_ACCESS_KEY");
    if (!key && !secret)
        return std::nullopt;
    if (!key)
        return half_of_a_pair("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
    if (!secret)
        return half_of_a_pair("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID");
    AwsCredentials credentials{
        .access_key = std::string(trim(*key)),
        .secret_key = std::string(trim(*secret)),
    };
    const std::optional<std::string> token = value_of(variables, "AWS_SESSION_TOKEN");
    if (token)
        credentials.session_token = trim(*token);
    return credentials;
}

Async<AwsFound> from_profile(const AwsSource& source)
{
    const Result<AwsProfile> profile =
        co_await load_profile(source.parts.threads, source.variables);
    if (!profile)
        co_return profile.error();
    AwsCredentials credentials{
        .access_key = setting(*profile, "aws_access_key_id"),
        .secret_key = setting(*profile, "aws_secret_access_key"),
        .session_token = setting(*profile, "aws_session_token"),
    };
    const bool has_keys = !credentials.access_key.empty() && !credentials.secret_key.empty();
    // With a role to assume the keys would be another identity than the one that is meant.
    for (const std::string_view kind :
         {"role_arn", "source_profile", "credential_process", "sso_session", "sso_start_url",
          "web_identity_token_file"}) {
        const bool is_meant = !has_keys || kind == "role_arn";
        if (is_meant && !setting(*profile, kind).empty())
            co_return Error{
                Errc::invalid,
                fmt::format(
                    "profile '{}': {}: a profile with aws_access_key_id and aws_secret_access_key "
                    "is accepted",
                    printable_path(value_of(source.variables, "AWS_PROFILE").value_or("default")),
                    kind
                )};
    }
    if (!has_keys && credentials.access_key.empty() != credentials.secret_key.empty())
        co_return Error{
            Errc::invalid,
            "profile: aws_access_key_id and aws_secret_access_key are accepted, both of them"};
    if (!has_keys)
        co_return std::nullopt;
    co_return credentials;
}

} // namespace sluice
