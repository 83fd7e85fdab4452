// SPDX-License-Identifier: Apache-2.0
#include "sdk/reading.h"

#include "base/text.h"
#include "base/time.h"
#include "sdk/json_text.h"
#include "sdk/words.h"
#include "sluice/error.h"

#include <limits>

namespace sluice::client {

namespace {

// The server's documents are as deep as what users put into metadata, and a little deeper.
constexpr JsonLimits limits{.bytes_max = 256u << 20, .depth_max = 256};

} // namespace

Value body_of(const Answer& answer)
{
    Result<Value> body = parse_json(answer.body, limits);
    if (!body)
        unreadable("", "JSON");
    return std::move(*body);
}

void unreadable(const std::string& place, std::string_view wanted)
{
    std::string message = "the answer cannot be read: ";
    message.append(wanted).append(" is expected");
    if (!place.empty())
        message.append(" at ").append(place);
    throw Error({.message = std::move(message)});
}

void read(const Value& value, const std::string& place, std::string& out)
{
    if (!value.is_string())
        unreadable(place, "a text");
    out = value.get<std::string>();
}

void read(const Value& value, const std::string& place, bool& out)
{
    if (!value.is_boolean())
        unreadable(place, "true or false");
    out = value.get<bool>();
}

void read(const Value& value, const std::string& place, std::int64_t& out)
{
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    const bool fits = value.is_number_integer() &&
                      (!value.is_number_unsigned() || value.get<std::uint64_t>() <= most);
    if (!fits)
        unreadable(place, "an integer");
    out = value.get<std::int64_t>();
}

void read(const Value& value, const std::string& place, int& out)
{
    std::int64_t number = 0;
    read(value, place, number);
    if (!std::in_range<int>(number))
        unreadable(place, "an integer of 32 bits");
    out = static_cast<int>(number);
}

void read(const Value& value, const std::string& place, std::chrono::seconds& out)
{
    std::int64_t number = 0;
    read(value, place, number);
    out = std::chrono::seconds(number);
}

void read(const Value& value, const std::string& place, Time& out)
{
    const Result<sluice::Time> time = value.is_string()
                                          ? parse_time(value.get_ref<const std::string&>())
                                          : sluice::Error{Errc::invalid, ""};
    if (!time)
        unreadable(place, "a time");
    out = *time;
}

void read(const Value& value, const std::string&, Json& out)
{
    out = JsonText::of(value);
}

void read(const Value& value, const std::string& place, Status& out)
{
    std::string word;
    read(value, place, word);
    const auto status = status_words.find(word);
    if (!status)
        unreadable(place, "a status");
    out = *status;
}

MemberReader::MemberReader(const Value& value, const std::string& place)
    : value_(value), place_(place)
{
    if (!value.is_object())
        unreadable(place, "an object");
}

const Value* MemberReader::find(std::string_view name) const
{
    const auto member = value_.find(std::string(name));
    return member == value_.end() ? nullptr : &*member;
}

std::string MemberReader::place_of(std::string_view name) const
{
    return place_.empty() ? std::string(name) : place_ + "." + std::string(name);
}

std::int64_t read_number(const Answer& answer, std::string_view member)
{
    const Value body = body_of(answer);
    const std::string place;
    std::int64_t number = 0;
    const MemberReader members(body, place);
    members(member, number);
    return number;
}

std::optional<std::string> next_query(const Answer& answer)
{
    std::string_view links = answer.header("link");
    while (!links.empty()) {
        const std::string_view link = links.substr(0, links.find(','));
        links.remove_prefix(std::min(link.size() + 1, links.size()));
        const std::size_t end = link.find('>');
        const std::size_t query = link.find('?');
        if (link.find("rel=\"next\"") != std::string_view::npos && query < end)
            return std::string(link.substr(query + 1, end - query - 1));
    }
    return std::nullopt;
}

std::string_view name(Status status)
{
    return status_words.name(status);
}

} // namespace sluice::client
