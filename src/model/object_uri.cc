// SPDX-License-Identifier: Apache-2.0
#include "model/object_uri.h"

#include "base/enum_names.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace sluice {

namespace {

constexpr EnumNames<UriScheme, 3> scheme_names{
    {{UriScheme::file, "file"}, {UriScheme::s3, "s3"}, {UriScheme::gs, "gs"}}};

bool stays_plain(char c)
{
    constexpr std::string_view marks = "-._~!$&'()*+,;=:@/";
    return is_alphanumeric(c) || marks.find(c) != std::string_view::npos;
}

Error refused_place(std::string_view text, std::string_view why)
{
    return {
        Errc::invalid, fmt::format(
                           "'{}' is not a place for files: {} (accepted: file:///folder, "
                           "s3://bucket/prefix, gs://bucket/prefix, a plain path)",
                           printable(text), why
                       )};
}

bool is_bucket(std::string_view name)
{
    const auto fits = [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; };
    return !name.empty() && std::all_of(name.begin(), name.end(), fits);
}

Result<ObjectUri> parse_plain_path(std::string_view text)
{
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos && scheme_names.find(to_lower(text.substr(0, colon))))
        return refused_place(text, fmt::format("'{}:' needs '//'", text.substr(0, colon)));
    return ObjectUri{.scheme = UriScheme::local, .bucket = {}, .path = std::string(text)};
}

Result<ObjectUri> parse_file_uri(std::string_view text, std::string_view rest)
{
    if (rest.starts_with("localhost/"))
        rest.remove_prefix(std::string_view("localhost").size());
    if (!rest.starts_with('/'))
        return refused_place(text, "a file URI has three slashes");
    return ObjectUri{.scheme = UriScheme::file, .bucket = {}, .path = percent_decode(rest)};
}

Result<ObjectUri> parse_bucket_uri(std::string_view text, UriScheme scheme, std::string_view rest)
{
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view bucket = rest.substr(0, slash);
    if (bucket.empty())
        return refused_place(text, "the bucket is missing");
    if (!is_bucket(bucket))
        return refused_place(text, "a bucket is named with letters, digits and ._- only");
    rest.remove_prefix(std::min(slash + 1, rest.size()));
    return ObjectUri{scheme, std::string(bucket), percent_decode(rest)};
}

} // namespace

Result<ObjectUri> parse_uri(std::string_view text)
{
    if (text.empty())
        return refused_place(text, "it is empty");
    if (percent_decode(text).find('\0') != std::string::npos)
        return refused_place(text, "it contains a NUL byte");
    const std::size_t colon = text.find("://");
    if (colon == std::string_view::npos || text.find('/') < colon)
        return parse_plain_path(text);

    const std::optional<UriScheme> scheme = scheme_names.find(to_lower(text.substr(0, colon)));
    const std::string_view rest = text.substr(colon + 3);
    if (!scheme)
        return refused_place(
            text, fmt::format("unknown scheme '{}'", printable(text.substr(0, colon)))
        );
    if (*scheme == UriScheme::file)
        return parse_file_uri(text, rest);
    return parse_bucket_uri(text, *scheme, rest);
}

std::string format_uri(const ObjectUri& uri)
{
    if (uri.scheme == UriScheme::local)
        return uri.path;
    std::string text(scheme_names.name(uri.scheme));
    text += "://";
    if (uri.scheme != UriScheme::file)
        text += uri.bucket + "/";
    return text += percent_encode(uri.path);
}

ObjectUri as_folder(ObjectUri uri)
{
    const bool whole_bucket = !uri.bucket.empty() && uri.path.empty();
    if (!whole_bucket && !uri.path.ends_with('/'))
        uri.path += '/';
    return uri;
}

ObjectUri resolve_uri(ObjectUri uri, std::string_view folder)
{
    if (uri.scheme != UriScheme::local)
        return uri;
    uri.scheme = UriScheme::file;
    while (uri.path.starts_with("./"))
        uri.path.erase(0, std::min(uri.path.find_first_not_of('/', 1), uri.path.size()));
    if (uri.path == ".")
        uri.path.clear();
    if (!uri.path.starts_with('/')) {
        const std::string_view separator = folder.ends_with('/') ? "" : "/";
        uri.path = fmt::format("{}{}{}", folder, separator, uri.path);
    }
    return uri;
}

std::string percent_encode(std::string_view bytes)
{
    std::string text;
    text.reserve(bytes.size());
    for (const char c : bytes) {
        if (stays_plain(c))
            text += c;
        else
            text += fmt::format("%{:02X}", static_cast<std::uint8_t>(c));
    }
    return text;
}

std::string percent_decode(std::string_view text)
{
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool room = text[i] == '%' && i + 2 < text.size();
        const int high = room ? hex_digit(text[i + 1]) : -1;
        const int low = room ? hex_digit(text[i + 2]) : -1;
        if (high < 0 || low < 0) {
            bytes += text[i];
            continue;
        }
        bytes += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return bytes;
}

} // namespace sluice
