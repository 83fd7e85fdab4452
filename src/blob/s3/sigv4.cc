// SPDX-License-Identifier: Apache-2.0
#include "blob/s3/sigv4.h"

#include "base/text.h"
#include "net/digest.h"
#include "net/hmac.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace sluice {

namespace {

std::string encode(std::string_view text, std::string_view kept)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                   (c >= '0' && c <= '9') ||
                                   std::string_view("-._~").find(c) != std::string_view::npos;
        if (is_unreserved || kept.find(c) != std::string_view::npos)
            encoded += c;
        else
            encoded.append({'%', digits[byte >> 4], digits[byte & 15]});
    }
    return encoded;
}

// "20130524T000000Z"
std::string compact_time(Time time)
{
    std::string text = format_time(time).substr(0, 19);
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return text + "Z";
}

// Spaces in a row count as one.
std::string canonical_value(std::string_view value)
{
    std::string canonical(trim(value));
    const auto both_spaces = [](char a, char b) { return a == ' ' && b == ' '; };
    canonical.erase(std::unique(canonical.begin(), canonical.end(), both_spaces), canonical.end());
    return canonical;
}

struct SignedHeaders {
    std::string lines; // "name:value\n", sorted
    std::string names; // "host;x-amz-date"
};

SignedHeaders signed_headers(const Headers& headers, std::string_view host)
{
    std::map<std::string, std::string> sorted{{"host", std::string(host)}};
    for (const Field& field : headers) {
        const auto [at, is_new] =
            sorted.try_emplace(to_lower(field.name), canonical_value(field.value));
        if (!is_new)
            at->second += "," + canonical_value(field.value);
    }
    SignedHeaders canonical;
    for (const auto& [name, value] : sorted) {
        canonical.lines += fmt::format("{}:{}\n", name, value);
        canonical.names += (canonical.names.empty() ? "" : ";") + name;
    }
    return canonical;
}

std::string_view bytes_of(const Sha256& hash)
{
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

} // namespace

Headers sign_v4(const SigningInput& input, const AwsCredentials& credentials)
{
    const std::string time = compact_time(input.at);
    const std::string_view date = std::string_view(time).substr(0, 8);

    Headers headers = input.headers;
    headers.add("X-Amz-Date", time);
    if (input.service == "s3")
        headers.add("X-Amz-Content-Sha256", input.payload_hash);
    if (!credentials.session_token.empty())
        headers.add("X-Amz-Security-Token", credentials.session_token);

    const SignedHeaders canonical = signed_headers(headers, input.host);
    const std::string request = fmt::format(
        "{}\n{}\n{}\n{}\n{}\n{}", name(input.method), input.path, encode_query(input.query),
        canonical.lines, canonical.names, input.payload_hash
    );
    const std::string scope =
        fmt::format("{}/{}/{}/aws4_request", date, input.region, input.service);
    const std::string to_sign =
        fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", time, scope, encode_hex(sha256(request)));

    Sha256 key = hmac_sha256("AWS4" + credentials.secret_key, date);
    for (const std::string_view part :
         {std::string_view(input.region), std::string_view(input.service),
          std::string_view("aws4_request"), std::string_view(to_sign)})
        key = hmac_sha256(bytes_of(key), part);
    headers.add(
        "Authorization", fmt::format(
                             "AWS4-HMAC-SHA256 Credential={}/{},SignedHeaders={},Signature={}",
                             credentials.access_key, scope, canonical.names, encode_hex(key)
                         )
    );
    return headers;
}

std::string encode_key(std::string_view key)
{
    return encode(key, "/");
}

std::string encode_query(const std::vector<Field>& query)
{
    std::vector<std::pair<std::string, std::string>> encoded;
    for (const Field& field : query)
        encoded.emplace_back(encode(field.name, ""), encode(field.value, ""));
    std::sort(encoded.begin(), encoded.end());
    std::string text;
    for (const auto& [name, value] : encoded)
        text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, value);
    return text;
}

} // namespace sluice
