// SPDX-License-Identifier: Apache-2.0
#include "sdk/sender.h"

#include "base/text.h"
#include "sdk/conversation.h"
#include "sdk/http_pool.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace sluice::client {

namespace {

constexpr std::size_t url_bytes_max = 64u << 10;

bool is_base_url(std::string_view text)
{
    const auto url = boost::urls::parse_uri(text);
    return url && !url->encoded_host().empty() && !url->has_query() && !url->has_fragment() &&
           (url->scheme() == "http" || url->scheme() == "https");
}

// A line break in the value of a header would begin another one.
void check_header(std::string_view what, std::string_view value)
{
    const bool has_control = std::any_of(value.begin(), value.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (has_control)
        throw std::invalid_argument(std::string(what) + " holds control characters");
}

} // namespace

Connections::Connections() : pool_(std::make_shared<HttpPool>())
{}

Sender::Sender(std::string_view base_url, std::string query, const Options& options)
    : base_url_(base_url),
      query_(std::move(query)),
      options_(options),
      pool_(options.connections.pool_)
{
    if (!is_base_url(base_url)) // for messages without its query, which may hold a token
        throw std::invalid_argument(
            "not the base URL of a server: '" +
            printable(base_url.substr(0, base_url.find_first_of("?#"))) + "'"
        );
    while (base_url_.ends_with('/'))
        base_url_.pop_back();
    check_header("the API key", options.api_key);
}

Answer Sender::send(const Call& call) const
{
    class HttpLine final : public Line {
    public:
        explicit HttpLine(const Sender& sender) : sender_(sender) {}

        Reply perform(const Request& request) override { return sender_.perform(request); }
        void pause(std::chrono::milliseconds duration) override
        {
            std::this_thread::sleep_for(duration);
        }

    private:
        const Sender& sender_;
    };

    for (const auto& [name, value] : call.request.headers)
        check_header(name, value);
    HttpLine line(*this);
    SystemRandom random;
    return converse(call, {options_.tries, options_.delay_initial}, line, random);
}

Reply Sender::perform(const Request& request) const
{
    Sending sending;
    sending.url = url(request);
    sending.timeout = options_.timeout;
    sending.ca_file = options_.ca_file;
    sending.headers.emplace_back("User-Agent", "sluice-cpp/" SLUICE_VERSION);
    if (!options_.api_key.empty())
        sending.headers.emplace_back("Authorization", "Bearer " + options_.api_key);
    return pool_->perform(request, sending);
}

std::string Sender::url(const Request& request) const
{
    std::string url = base_url_ + request.path;
    char before = '?';
    for (const std::string* query : {&request.query, &query_})
        if (!query->empty()) {
            url.append(1, before).append(*query);
            before = '&';
        }
    if (url.size() > url_bytes_max)
        throw std::invalid_argument(
            "a URL of " + std::to_string(url.size()) + " bytes: at most 65536 are accepted"
        );
    return url;
}

} // namespace sluice::client
