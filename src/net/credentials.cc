// SPDX-License-Identifier: Apache-2.0
#include "net/credentials.h"

#include "base/text.h"
#include "net/http.h"

#include <openssl/evp.h>

#include <algorithm>

namespace sluice {

namespace {

Error refused(std::string_view why)
{
    return {Errc::unauthorized, std::string("Authorization header: ").append(why)};
}

bool is_base64(std::string_view text)
{
    if (text.size() % 4 != 0)
        return false;
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding)
        text.remove_suffix(1);
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '+' || c == '/';
    });
}

Result<std::string> parse_basic(std::string_view encoded)
{
    const std::optional<std::string> pair = decode_base64(encoded);
    if (!pair)
        return refused("the Basic credentials are not base64");
    const std::size_t colon = pair->find(':');
    if (colon == std::string::npos || colon + 1 == pair->size())
        return refused("the Basic credentials have no password");
    return pair->substr(colon + 1);
}

} // namespace

std::optional<std::string> decode_base64(std::string_view text)
{
    if (!is_base64(text))
        return std::nullopt;
    std::string bytes(text.size() / 4 * 3, '\0');
    EVP_DecodeBlock(
        reinterpret_cast<unsigned char*>(bytes.data()),
        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size())
    );
    // OpenSSL decodes padding to zero bytes.
    const auto padding =
        std::count(text.end() - std::min<std::ptrdiff_t>(2, std::ssize(text)), text.end(), '=');
    return bytes.substr(0, bytes.size() - static_cast<std::size_t>(padding));
}

Result<std::string> parse_credentials(std::string_view authorization)
{
    const std::string_view header = trim(authorization);
    const std::size_t space = header.find(' ');
    const std::string_view scheme = header.substr(0, space);
    const std::string_view rest =
        space == std::string_view::npos ? "" : trim(header.substr(space + 1));

    if (same_header(scheme, "Basic"))
        return parse_basic(rest);
    if (!same_header(scheme, "Bearer"))
        return refused("the schemes Basic and Bearer are accepted");
    if (rest.empty() || rest.find(' ') != std::string_view::npos)
        return refused("the Bearer token is missing or has blanks in it");
    return std::string(rest);
}

} // namespace sluice
