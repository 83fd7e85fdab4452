// SPDX-License-Identifier: Apache-2.0
#include "sdk/http_pool.h"

#include "base/assert.h"
#include "base/text.h"
#include "net/sigpipe_guard.h"
#include "sluice/error.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>

namespace sluice::client {

namespace {

constexpr std::size_t idle_max = 32;
constexpr std::size_t answer_bytes_max = 256u << 20; // 8 times what a POST may be

// Younger than what a server keeps open for the next request, so that a connection is not taken in
// the moment in which it is closed.
constexpr long idle_seconds_max = 60;

// One request on a handle; libcurl's callbacks write into it.
class Exchange {
public:
    Exchange(CURL* easy, const Request& request, const Sending& sending)
        : easy_(easy), request_(request)
    {
        set_connection(sending);
        set_request(sending);
        set_callbacks();
    }

    ~Exchange() { curl_slist_free_all(headers_); }
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    Reply run();

private:
    template <class Value>
    void set(CURLoption option, Value value)
    {
        SLUICE_ASSERT(curl_easy_setopt(easy_, option, value) == CURLE_OK);
    }

    void set_connection(const Sending& sending);
    void set_request(const Sending& sending);
    void set_callbacks();
    void add_header(const std::string& line);
    void take_header(std::string_view line);

    static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self);
    static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self);
    static int on_send(void* self, char*, char*, int, int);

    CURL* easy_;
    const Request& request_;
    curl_slist* headers_ = nullptr;
    std::array<char, CURL_ERROR_SIZE> reason_{};
    Answer answer_;
    bool was_sent_ = false;
    bool too_large_ = false;
};

void Exchange::set_connection(const Sending& sending)
{
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_MAXAGE_CONN, idle_seconds_max);
    if (!sending.ca_file.empty())
        set(CURLOPT_CAINFO, sending.ca_file.c_str());
    constexpr std::chrono::milliseconds longest = std::chrono::hours(24);
    const auto timeout = std::clamp(sending.timeout, std::chrono::milliseconds(1), longest);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
}

void Exchange::set_request(const Sending& sending)
{
    set(CURLOPT_URL, sending.url.c_str());
    const bool has_body = request_.body || request_.method != "GET";
    if (has_body) {
        const std::string_view body = request_.body ? *request_.body : std::string_view("");
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
        set(CURLOPT_POSTFIELDS, body.data());
        add_header("Expect:"); // no pause before a large body
        add_header(request_.body ? "Content-Type: application/json" : "Content-Type:");
    }
    set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    for (const Headers* headers : {&sending.headers, &request_.headers})
        for (const auto& [name, value] : *headers)
            add_header(name + ": " + value);
    set(CURLOPT_HTTPHEADER, headers_);
}

void Exchange::set_callbacks()
{
    set(CURLOPT_ERRORBUFFER, reason_.data());
    set(CURLOPT_HEADERFUNCTION, &Exchange::on_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &Exchange::on_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_PREREQFUNCTION, &Exchange::on_send);
    set(CURLOPT_PREREQDATA, this);
}

void Exchange::add_header(const std::string& line)
{
    curl_slist* longer = curl_slist_append(headers_, line.c_str());
    SLUICE_ASSERT(longer);
    headers_ = longer;
}

Reply Exchange::run()
{
    const SigpipeGuard guard;
    const CURLcode code = curl_easy_perform(easy_);
    if (too_large_)
        throw Error({.message = "the answer is larger than 256 MiB", .status = answer_.status});
    if (code == CURLE_ABORTED_BY_CALLBACK)
        return NoAnswer{"the connection broke before an answer came", was_sent_};
    if (code != CURLE_OK)
        return NoAnswer{reason_[0] ? reason_.data() : curl_easy_strerror(code), was_sent_};
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    answer_.status = static_cast<int>(status);
    return std::move(answer_);
}

void Exchange::take_header(std::string_view line)
{
    if (line.starts_with("HTTP/"))
        answer_.headers.clear(); // what came was a 100, or of a proxy
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos)
        answer_.headers.emplace_back(to_lower(line.substr(0, colon)), trim(line.substr(colon + 1)));
}

std::size_t Exchange::on_header(char* data, std::size_t, std::size_t size, void* self)
{
    static_cast<Exchange*>(self)->take_header({data, size});
    return size;
}

std::size_t Exchange::on_body(char* data, std::size_t, std::size_t size, void* self)
{
    Exchange& exchange = *static_cast<Exchange*>(self);
    exchange.too_large_ = exchange.answer_.body.size() + size > answer_bytes_max;
    if (exchange.too_large_)
        return 0;
    exchange.answer_.body.append(data, size);
    return size;
}

// Called when a connection stands, before the request goes out. libcurl sends a request again by
// itself when a connection that was kept open breaks; but whether it may be is for us to say.
int Exchange::on_send(void* self, char*, char*, int, int)
{
    Exchange& exchange = *static_cast<Exchange*>(self);
    if (exchange.was_sent_)
        return CURL_PREREQFUNC_ABORT;
    exchange.was_sent_ = true;
    return CURL_PREREQFUNC_OK;
}

} // namespace

void HttpPool::FreeHandle::operator()(void* easy) const
{
    const SigpipeGuard guard; // closes connections
    curl_easy_cleanup(easy);
}

HttpPool::HttpPool()
{
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    SLUICE_ASSERT(initialised == CURLE_OK);
}

HttpPool::~HttpPool() = default;

Reply HttpPool::perform(const Request& request, const Sending& sending)
{
    Handle handle = take();
    Reply reply = Exchange(handle.get(), request, sending).run();
    give_back(std::move(handle));
    return reply;
}

HttpPool::Handle HttpPool::take()
{
    Handle handle = idle_.with([](std::vector<Handle>& idle) {
        Handle last;
        if (!idle.empty()) {
            last = std::move(idle.back());
            idle.pop_back();
        }
        return last;
    });
    if (!handle)
        handle.reset(curl_easy_init());
    if (!handle)
        throw std::bad_alloc();
    return handle;
}

void HttpPool::give_back(Handle handle)
{
    curl_easy_reset(handle.get()); // keeps the connections, and nothing that was said on them
    idle_.with([&](std::vector<Handle>& idle) {
        if (idle.size() < idle_max)
            idle.push_back(std::move(handle));
    });
}

} // namespace sluice::client
