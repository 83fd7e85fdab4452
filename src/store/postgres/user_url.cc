// SPDX-License-Identifier: Apache-2.0
// Format: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
#include "store/postgres/user_url.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sluice::postgres {

namespace {

bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

// A '/' or '@' would end the part that it stands in.
std::string escaped(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (is_unreserved(c))
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string_view value_of(const Words& words, std::string_view key)
{
    std::string_view value;
    for (const auto& [word, text] : words)
        if (word == key)
            value = text; // the last one counts, as for libpq
    return value;
}

// No socket's folder, no list, no address with colons: those stand in the query.
bool is_plain_host(std::string_view host)
{
    return !host.empty() && std::ranges::all_of(host, is_unreserved);
}

// What the URL says of other things than where and who.
Words rest_of(const std::string& url)
{
    constexpr std::array<std::string_view, 5> said{"host", "port", "dbname", "user", "password"};
    Words rest;
    PQconninfoOption* const given = PQconninfoParse(url.c_str(), nullptr);
    for (const PQconninfoOption* option = given; option && option->keyword; ++option)
        if (option->val && std::ranges::find(said, option->keyword) == said.end())
            rest.emplace_back(option->keyword, option->val);
    PQconninfoFree(given);
    return rest;
}

} // namespace

std::string url_for(const User& user, const std::string& url, const Words& words)
{
    Words query = rest_of(url);
    const std::string_view host = value_of(words, "host");
    const std::string_view port = value_of(words, "port");
    std::string text =
        fmt::format("postgresql://{}:{}@", escaped(user.name), escaped(user.password));
    if (is_plain_host(host)) {
        text += host;
        if (!port.empty())
            text += fmt::format(":{}", port);
    } else {
        query.emplace_back("host", host);
        query.emplace_back("port", port);
    }
    text += fmt::format("/{}", escaped(value_of(words, "dbname")));
    char before = '?';
    for (const auto& [key, value] : query) {
        if (value.empty())
            continue;
        text += fmt::format("{}{}={}", before, key, escaped(value));
        before = '&';
    }
    return text;
}

} // namespace sluice::postgres
