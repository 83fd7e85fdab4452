// SPDX-License-Identifier: Apache-2.0
#include "net/request_parser.h"

#include "base/text.h"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace sluice {

namespace http = boost::beast::http;

namespace {

using boost::system::error_code;
using Text = boost::beast::string_view;

// A body is not given its announced size at once: a client may announce much and send nothing.
constexpr std::size_t reserved_bytes_max = 1u << 20;

std::string_view view(Text text)
{
    return {text.data(), text.size()};
}

// Beast's state machine, writing into our own Request.
class Machine final : public http::basic_parser<true> {
public:
    explicit Machine(Request& request) : request_(request) {}

    std::optional<Response> take_refusal() { return std::exchange(refusal_, std::nullopt); }

    bool is_http_1_0() const { return version_ < 11; }

    // What only the complete head can tell.
    std::optional<Response> check_head() const
    {
        const std::size_t hosts = request_.headers.count("Host");
        if (hosts > 1 || (hosts == 0 && !is_http_1_0()))
            return error_response(400, "exactly one Host header is accepted");
        return std::nullopt;
    }

private:
    void
    on_request_impl(http::verb, Text method, Text target, int version, error_code& error) override
    {
        version_ = version;
        request_.method = method_of(view(method));
        Result<RequestTarget> parsed = sluice::parse_target(view(target));
        if (parsed)
            request_.target = std::move(*parsed);
        else
            refuse(error_response(parsed.error()), error);
    }

    void on_field_impl(http::field field, Text name, Text value, error_code& error) override
    {
        if (in_body_)
            return; // trailers of a chunked body
        if (field == http::field::transfer_encoding && !same_header(view(value), "chunked"))
            return refuse(
                error_response(501, "only the transfer encoding 'chunked' is accepted"), error
            );
        request_.headers.add(view(name), view(value));
    }

    void on_header_impl(error_code&) override { in_body_ = true; }

    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override
    {
        if (length)
            request_.body.reserve(std::min<std::uint64_t>(*length, reserved_bytes_max));
    }

    std::size_t on_body_impl(Text bytes, error_code&) override
    {
        request_.body.append(bytes.data(), bytes.size());
        return bytes.size();
    }

    std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, error_code&) override
    {
        request_.body.append(bytes.data(), bytes.size());
        return bytes.size();
    }

    void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
    void on_finish_impl(error_code&) override {}
    void on_response_impl(int, Text, int, error_code&) override {}

    void refuse(Response response, error_code& error)
    {
        refusal_ = std::move(response);
        error = http::error::bad_field;
    }

    Request& request_;
    std::optional<Response> refusal_;
    int version_ = 11;
    bool in_body_ = false;
};

Response describe(const error_code& error)
{
    if (error == http::error::header_limit)
        return error_response(431, "the request's head is larger than the limit");
    if (error == http::error::body_limit)
        return error_response(413, "the request's body is larger than the limit");
    return error_response(400, fmt::format("not an HTTP/1.1 request: {}", error.message()));
}

} // namespace

struct RequestParser::Impl {
    std::optional<Machine> machine;

    Step put(std::string_view bytes)
    {
        error_code error;
        Step step;
        step.used = machine->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
        if (error && error != http::error::need_more) {
            step.refusal = machine->take_refusal();
            if (!step.refusal)
                step.refusal = describe(error);
        }
        return step;
    }
};

RequestParser::RequestParser() : impl_(std::make_unique<Impl>())
{}

RequestParser::~RequestParser() = default;

void RequestParser::start(Request& into, std::size_t header_bytes_max)
{
    Machine& machine = impl_->machine.emplace(into);
    const auto most = std::numeric_limits<std::uint32_t>::max();
    machine.header_limit(static_cast<std::uint32_t>(std::min<std::size_t>(header_bytes_max, most)));
    machine.body_limit(boost::none); // known when the route is
}

RequestParser::Step RequestParser::parse_head(std::string_view bytes)
{
    Step step = impl_->put(bytes);
    step.done = impl_->machine->is_header_done();
    if (step.done && !step.refusal)
        step.refusal = impl_->machine->check_head();
    return step;
}

RequestParser::Step RequestParser::parse_body(std::string_view bytes)
{
    impl_->machine->eager(true);
    Step step = impl_->put(bytes);
    step.done = impl_->machine->is_done();
    return step;
}

void RequestParser::limit_body(std::size_t bytes_max)
{
    impl_->machine->body_limit(bytes_max);
}

std::optional<std::uint64_t> RequestParser::content_length() const
{
    const boost::optional<std::uint64_t> length = impl_->machine->content_length();
    return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
}

bool RequestParser::is_complete() const
{
    return impl_->machine->is_done();
}

bool RequestParser::keeps_alive() const
{
    return impl_->machine->keep_alive();
}

bool RequestParser::is_http_1_0() const
{
    return impl_->machine->is_http_1_0();
}

} // namespace sluice
