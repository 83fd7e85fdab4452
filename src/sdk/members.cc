// SPDX-License-Identifier: Apache-2.0
#include "sdk/members.h"

#include "base/time.h"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

namespace sluice::client {

std::string format_time(Time time)
{
    return sluice::format_time(std::chrono::floor<Micros>(time));
}

std::string percent_encode(std::string_view text)
{
    return boost::urls::encode(text, boost::urls::unreserved_chars);
}

Query& Query::add(std::string_view name, const std::optional<std::string>& value)
{
    if (!value)
        return *this;
    if (!text_.empty())
        text_ += '&';
    text_.append(name).append("=").append(percent_encode(*value));
    return *this;
}

Query& Query::add(std::string_view name, const std::optional<Json>& value)
{
    return value ? add(name, std::optional(value->text())) : *this;
}

Query& Query::add(std::string_view name, const std::optional<Status>& value)
{
    return value ? add(name, std::optional(std::string(client::name(*value)))) : *this;
}

Query& Query::add(std::string_view name, const std::optional<Time>& value)
{
    return value ? add(name, std::optional(format_time(*value))) : *this;
}

} // namespace sluice::client
