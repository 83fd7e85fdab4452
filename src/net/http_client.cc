// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.h"

#include "base/assert.h"
#include "base/text.h"
#include "net/body_pump.h"
#include "net/curl_loop.h"
#include "net/guard/socket_gate.h"
#include "net/url_escape.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sluice {

namespace {

struct FreeHandle {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

bool has_control(std::string_view text)
{
    return std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
}

constexpr std::size_t url_bytes_max = 64u << 10;

// libcurl takes 0 for "no limit".
long milliseconds_of(std::chrono::milliseconds limit)
{
    constexpr std::chrono::milliseconds longest = std::chrono::hours(24);
    return static_cast<long>(std::clamp(limit, std::chrono::milliseconds(1), longest).count());
}

// What libcurl accepts.
std::size_t receive_buffer(const ClientRequest& request, const HttpClientOptions& options)
{
    const std::size_t wanted = request.receive_buffer_bytes.value_or(options.receive_buffer_bytes);
    return std::clamp<std::size_t>(wanted, 1u << 10, 512u << 10);
}

std::size_t send_buffer(const HttpClientOptions& options)
{
    return std::clamp<std::size_t>(options.send_buffer_bytes, 16u << 10, 2u << 20);
}

// "http://host:port" without what may be secret: user, path and query.
std::string origin_of(const boost::urls::url_view& url)
{
    std::string origin(url.scheme());
    origin.append("://").append(url.encoded_host_and_port());
    return origin;
}

// The origin of the request's URL, for error texts.
Result<std::string> check(const ClientRequest& request)
{
    const auto url = boost::urls::parse_uri(request.url);
    if (request.url.size() > url_bytes_max)
        return Error{
            Errc::invalid,
            fmt::format(
                "URL of {} bytes: at most {} are accepted", request.url.size(), url_bytes_max
            )};
    const bool usable = url && !url->encoded_host().empty() &&
                        (url->scheme_id() == boost::urls::scheme::http ||
                         url->scheme_id() == boost::urls::scheme::https);
    if (!usable)
        return Error{Errc::invalid, "URL: an absolute http:// or https:// URL is accepted"};
    for (const Field& field : request.headers)
        if (field.name.empty() || has_control(field.name) || has_control(field.value))
            return Error{
                Errc::invalid, fmt::format(
                                   "request header '{}': a name and a value without control "
                                   "characters are accepted",
                                   printable(field.name)
                               )};
    if (request.method == Method::other)
        return Error{Errc::invalid, "request method: a method with a name is accepted"};
    return origin_of(*url);
}

// One request with its handle; libcurl's callbacks write into it.
class Exchange {
public:
    Exchange(
        const ClientRequest& request, const HttpClientOptions& options,
        const asio::any_io_executor& executor
    )
        : request_(request), easy_(curl_easy_init())
    {
        SLUICE_ASSERT(easy_);
        if (request.sink)
            pump_.emplace(executor, *request.sink, receive_buffer(request, options));
        set_connection(options);
        set_request();
        set_callbacks();
    }

    Async<CURLcode> perform(CurlLoop& loop)
    {
        return pump_ ? loop.perform(easy_.get(), *pump_) : loop.perform(easy_.get());
    }

    Result<ClientResponse> result(CURLcode code, std::string_view origin);

private:
    template <class Value>
    void set(CURLoption option, Value value)
    {
        SLUICE_ASSERT(curl_easy_setopt(easy_.get(), option, value) == CURLE_OK);
    }

    void set_connection(const HttpClientOptions& options);
    void set_request();
    void set_callbacks();
    void add_header(const std::string& line);
    std::size_t take_header(std::string_view line);
    void ask_sink();
    std::size_t take_body(std::string_view piece);

    static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self);
    static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self);

    const ClientRequest& request_;
    std::unique_ptr<CURL, FreeHandle> easy_;
    std::unique_ptr<curl_slist, FreeList> headers_;
    std::optional<SocketGate> gate_;
    std::optional<BodyPump> pump_;
    std::array<char, CURL_ERROR_SIZE> error_{};
    ClientResponse response_;
    std::size_t received_ = 0;
    bool head_ended_ = false;
    bool sink_asked_ = false;
    bool sink_wants_ = false;
    bool too_large_ = false;
    bool stopped_ = false;
};

void Exchange::set_connection(const HttpClientOptions& options)
{
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_USERAGENT, options.user_agent.c_str());
    set(CURLOPT_PROXY, options.proxy.c_str());
    if (!options.ca_file.empty())
        set(CURLOPT_CAINFO, options.ca_file.c_str());
    set(CURLOPT_TIMEOUT_MS, milliseconds_of(request_.total_time));
    set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds_of(request_.connect_time));
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L); // a proxy's answer is not the head of this one
    set(CURLOPT_BUFFERSIZE, static_cast<long>(receive_buffer(request_, options)));
    set(CURLOPT_UPLOAD_BUFFERSIZE, static_cast<long>(send_buffer(options)));
    if (request_.stall_time) {
        set(CURLOPT_LOW_SPEED_LIMIT, 1L); // bytes in a second
        set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(request_.stall_time->count()));
    }
    // A stream that is silent looks the same as one whose other side has vanished.
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_TCP_KEEPIDLE, 15L); // seconds
    set(CURLOPT_TCP_KEEPINTVL, 5L);
    set(CURLOPT_QUICK_EXIT, 1L); // else a look-up that hangs is awaited on the loop at the end
    if (options.guard)
        gate_.emplace(*options.guard, easy_.get());
}

void Exchange::set_request()
{
    set(CURLOPT_URL, request_.url.c_str());
    set(CURLOPT_PATH_AS_IS, request_.path == ClientRequest::Path::as_it_is ? 1L : 0L);
    const std::string& body = request_.shared_body ? *request_.shared_body : request_.body;
    const bool has_body = !body.empty() || request_.method == Method::post ||
                          request_.method == Method::put || request_.method == Method::patch;
    if (has_body) {
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
        set(CURLOPT_POSTFIELDS, body.c_str());
        if (!request_.headers.find("Content-Type"))
            add_header("Content-Type:"); // libcurl's default would claim an HTML form
    }
    if (request_.method == Method::head)
        set(CURLOPT_NOBODY, 1L);
    set(CURLOPT_CUSTOMREQUEST, std::string(name(request_.method)).c_str());

    add_header("Expect:"); // libcurl would wait a second for servers that do not know it
    for (const Field& field : request_.headers)
        add_header(field.value.empty() ? field.name + ";" : field.name + ": " + field.value);
    set(CURLOPT_HTTPHEADER, headers_.get());
}

void Exchange::set_callbacks()
{
    set(CURLOPT_ERRORBUFFER, error_.data());
    set(CURLOPT_HEADERFUNCTION, &Exchange::on_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &Exchange::on_body);
    set(CURLOPT_WRITEDATA, this);
}

void Exchange::add_header(const std::string& line)
{
    curl_slist* const longer = curl_slist_append(headers_.get(), line.c_str());
    SLUICE_ASSERT(longer);
    headers_.release();
    headers_.reset(longer);
}

std::size_t Exchange::on_header(char* data, std::size_t, std::size_t size, void* self)
{
    return static_cast<Exchange*>(self)->take_header({data, size});
}

std::size_t Exchange::on_body(char* data, std::size_t, std::size_t size, void* self)
{
    return static_cast<Exchange*>(self)->take_body({data, size});
}

std::size_t Exchange::take_header(std::string_view line)
{
    if (line.starts_with("HTTP/"))
        response_.headers.clear(); // an answer before the last one, such as 100 Continue
    head_ended_ = trim(line).empty();
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos)
        response_.headers.add(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
    if (head_ended_ && request_.sink && !sink_asked_)
        ask_sink();
    return line.size();
}

void Exchange::ask_sink()
{
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status < 200)
        return; // the head of an answer before the last one
    sink_asked_ = true;
    sink_wants_ = request_.sink->wants(static_cast<int>(status), response_.headers);
}

// Another number than the size of the piece ends the transfer.
std::size_t Exchange::take_body(std::string_view piece)
{
    if (sink_wants_)
        return pump_->offer(piece) ? piece.size() : CURL_WRITEFUNC_PAUSE;
    received_ += piece.size();
    too_large_ = received_ > request_.body_bytes_max;
    if (too_large_)
        return 0;
    if (!request_.on_body)
        response_.body.append(piece);
    else
        stopped_ = !request_.on_body(piece);
    return stopped_ ? 0 : piece.size();
}

Result<ClientResponse> Exchange::result(CURLcode code, std::string_view origin)
{
    if (too_large_)
        return Error{
            Errc::invalid, fmt::format(
                               "{}: the response is larger than the limit of {} bytes", origin,
                               request_.body_bytes_max
                           )};
    // libcurl takes a status line and nothing more for an answer.
    if (code == CURLE_OK && !head_ended_)
        return Error{
            Errc::unavailable,
            fmt::format("{}: the connection ended within the head of the answer", origin)};
    if (code == CURLE_OK || stopped_) {
        long status = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
        response_.status = static_cast<int>(status);
        return std::move(response_);
    }
    const std::optional<std::string_view> refusal = gate_ ? gate_->refusal() : std::nullopt;
    if (refusal)
        return Error{
            Errc::invalid,
            fmt::format("{}: its address is {}: a public address is accepted", origin, *refusal)};
    const bool has_text = error_[0] != '\0';
    const std::string text = has_text ? error_.data() : curl_easy_strerror(code);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return Error{Errc::timed_out, fmt::format("{}: {}", origin, text)};
    return Error{Errc::unavailable, fmt::format("{}: {}", origin, text)};
}

} // namespace

class HttpClient::Impl {
public:
    Impl(asio::any_io_executor executor, HttpClientOptions options)
        : options_(std::move(options)), executor_(executor), loop_(std::move(executor))
    {
        SLUICE_ASSERT(!options_.guard || options_.proxy.empty());
        limit(CURLMOPT_MAX_TOTAL_CONNECTIONS, options_.connections_max);
        limit(CURLMOPT_MAX_HOST_CONNECTIONS, options_.connections_per_host_max);
        limit(CURLMOPT_MAXCONNECTS, options_.idle_connections_max);
    }

    Async<Result<ClientResponse>> send(ClientRequest request)
    {
        if (options_.guard) {
            std::optional<std::string> refusal = options_.guard->refuse_url(request.url);
            if (refusal)
                co_return Error{Errc::invalid, std::move(*refusal)};
        }
        request.url = escape_strays(request.url);
        const Result<std::string> origin = check(request);
        if (!origin)
            co_return origin.error();
        Exchange exchange(request, options_, executor_);
        const CURLcode code = co_await exchange.perform(loop_);
        co_return exchange.result(code, *origin);
    }

private:
    void limit(CURLMoption option, std::size_t value)
    {
        curl_multi_setopt(loop_.multi(), option, static_cast<long>(value));
    }

    HttpClientOptions options_;
    asio::any_io_executor executor_;
    CurlLoop loop_;
};

HttpClient::HttpClient(asio::any_io_executor executor, HttpClientOptions options)
    : impl_(std::make_unique<Impl>(std::move(executor), std::move(options)))
{}

HttpClient::~HttpClient() = default;

Async<Result<ClientResponse>> HttpClient::send(ClientRequest request)
{
    return impl_->send(std::move(request));
}

} // namespace sluice
