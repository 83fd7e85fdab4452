// SPDX-License-Identifier: Apache-2.0
#include "net/http.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

namespace sluice {

namespace urls = boost::urls;

namespace {

// A server must also understand the form that is sent to proxies, "http://host/path" (RFC 9112).
boost::system::result<urls::url_view> read_target(std::string_view text)
{
    if (text.starts_with('/'))
        return urls::parse_origin_form(text);
    return urls::parse_absolute_uri(text);
}

RequestTarget decode(const urls::url_view& url)
{
    RequestTarget target;
    target.path = std::string(url.encoded_path());
    if (target.path.empty())
        target.path.push_back('/');
    for (const auto& segment : url.segments())
        target.segments.emplace_back(segment);
    if (target.segments.empty())
        target.segments.emplace_back();

    urls::encoding_opts plus_is_space;
    plus_is_space.space_as_plus = true;
    for (const auto& field : url.encoded_params())
        target.query.push_back({field.key.decode(plus_is_space), field.value.decode(plus_is_space)}
        );
    return target;
}

} // namespace

Result<RequestTarget> parse_target(std::string_view text)
{
    const auto url = read_target(text);
    if (!url || (url->has_scheme() && !url->has_authority()))
        return Error{
            Errc::invalid,
            "request target: an absolute path like '/jobs/list?status=done', percent-encoded, "
            "is accepted"};
    return decode(*url);
}

} // namespace sluice
