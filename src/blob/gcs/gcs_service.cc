// SPDX-License-Identifier: Apache-2.0
#include "blob/gcs/gcs_service.h"

#include "base/text.h"
#include "blob/gcs/gcs_session.h"
#include "net/crc32c.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::string_view google = "https://storage.googleapis.com";
constexpr std::string_view emulator_variable = "STORAGE_EMULATOR_HOST";
constexpr std::chrono::minutes small_answer_time{5}; // a free connection may be long in coming
constexpr std::chrono::hours no_limit{24};           // a body that stalls ends earlier

// Percent-encoded so that it can stand anywhere in a URL, as one segment of a path too.
std::string encode(std::string_view text)
{
    std::string encoded;
    for (char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '~' || c == '.';
        if (plain)
            encoded += c;
        else
            encoded += fmt::format("%{:02X}", static_cast<std::uint8_t>(c));
    }
    return encoded;
}

std::string emulator_host(const Variables& variables)
{
    return std::string(trim(variables(emulator_variable).value_or("")));
}

// "localhost:4443" as well as "http://localhost:4443/".
Result<std::string> origin_of(std::string host)
{
    if (host.empty())
        return std::string(google);
    if (host.find("://") == std::string::npos)
        host.insert(0, "http://");
    while (host.ends_with('/'))
        host.pop_back();
    const bool is_http = host.starts_with("http://") || host.starts_with("https://");
    if (!is_http || host.find_first_of("/?#", host.find("://") + 3) != std::string::npos)
        return Error{
            Errc::invalid, fmt::format(
                               "{} '{}': host:port or http://host:port is accepted",
                               emulator_variable, printable(host)
                           )};
    return host;
}

Result<void> check_name(const ObjectName& name)
{
    if (is_utf8(name.key))
        return {};
    return Error{
        Errc::invalid,
        fmt::format("'{}': Google Cloud Storage has names in UTF-8 only", gcs_uri(name))};
}

std::string doing(const BucketAction& action, const ObjectName& name)
{
    return fmt::format("cannot {} '{}'", action.verb, gcs_uri(name));
}

// Gives the head of an object to who asked for it, and lets nothing through that is not the range.
class MediaSink final : public BodySink {
public:
    explicit MediaSink(const ReadObject& request) : request_(request) {}

    bool wants(int status, const Headers& headers) override
    {
        if (status != 200 && status != 206)
            return false;
        const ObjectHead head = read_media_head(headers);
        is_other_range_ = !fits(status, headers, head.size);
        if (is_other_range_)
            return true; // to drop it: it may be long
        if (request_.on_head)
            request_.on_head(head);
        return request_.sink->wants(status, headers);
    }

    Async<bool> take(std::string_view piece) override
    {
        return is_other_range_ ? nothing_more() : request_.sink->take(piece);
    }

    bool is_other_range() const { return is_other_range_; }

private:
    static Async<bool> nothing_more() { co_return false; }

    bool fits(int status, const Headers& headers, std::uint64_t size) const
    {
        if (!request_.count)
            return status == 200;
        if (status == 200)
            return request_.first == 0 && *request_.count >= size;
        const std::string_view range = headers.find("Content-Range").value_or("");
        return range.starts_with(fmt::format("bytes {}-", request_.first));
    }

    const ReadObject& request_;
    bool is_other_range_ = false;
};

} // namespace

GcsService::GcsService(BucketParts parts, Variables variables)
    : parts_(parts),
      origin_(origin_of(emulator_host(variables))),
      is_emulated_(!emulator_host(variables).empty()),
      tokens_(std::move(parts), std::move(variables))
{}

GcsService::~GcsService() = default;

Result<std::string> GcsService::object_url(const ObjectName& name) const
{
    if (!origin_)
        return origin_.error();
    if (const Result<void> checked = check_name(name); !checked)
        return checked.error();
    return fmt::format("{}/storage/v1/b/{}/o/{}", *origin_, encode(name.bucket), encode(name.key));
}

Result<std::string> GcsService::upload_url(const ObjectName& name, std::string_view type) const
{
    if (!origin_)
        return origin_.error();
    if (const Result<void> checked = check_name(name); !checked)
        return checked.error();
    return fmt::format(
        "{}/upload/storage/v1/b/{}/o?uploadType={}&name={}", *origin_, encode(name.bucket), type,
        encode(name.key)
    );
}

Result<std::string> GcsService::session_url(const ClientResponse& answer) const
{
    const std::string url(answer.headers.find("Location").value_or(""));
    const std::size_t host = url.find("://");
    const std::size_t path = host == std::string::npos ? host : url.find('/', host + 3);
    if (path == std::string::npos)
        return Error{Errc::unavailable, "the answer does not say where the upload goes"};
    if (!is_emulated_ && !url.starts_with("https://"))
        return Error{Errc::invalid, "the upload would go to another place than https://"};
    // An emulator may call itself by a name that it has for others.
    return is_emulated_ ? *origin_ + url.substr(path) : url;
}

ClientRequest GcsService::request_to(Method method, std::string url) const
{
    ClientRequest request;
    request.method = method;
    request.url = std::move(url);
    request.path = ClientRequest::Path::as_it_is;
    request.total_time = small_answer_time;
    request.stall_time = parts_.limits.stall;
    return request;
}

Async<Result<ClientResponse>> GcsService::send(ClientRequest request)
{
    const Result<std::string> token = co_await tokens_.current();
    if (!token)
        co_return token.error();
    ClientRequest first = request;
    if (!token->empty())
        first.headers.add("Authorization", "Bearer " + *token);
    Result<ClientResponse> answer = co_await parts_.http.send(std::move(first));
    if (!answer || answer->status != 401 || token->empty())
        co_return answer;

    tokens_.refused(*token);
    const Result<std::string> other = co_await tokens_.current();
    if (!other)
        co_return other.error();
    if (*other == *token)
        co_return answer;
    request.headers.add("Authorization", "Bearer " + *other);
    co_return co_await parts_.http.send(std::move(request));
}

Async<Result<ObjectPage>> GcsService::list(ListObjects request)
{
    if (!origin_)
        co_return origin_.error();
    if (const Result<void> checked = check_name(request.prefix); !checked)
        co_return checked.error();
    std::string url = fmt::format(
        "{}/storage/v1/b/{}/o?fields=items(name%2Csize)%2Cprefixes%2CnextPageToken&maxResults={}",
        *origin_, encode(request.prefix.bucket), parts_.limits.page_entries
    );
    if (!request.prefix.key.empty())
        url += "&prefix=" + encode(request.prefix.key);
    if (request.depth == ListDepth::one_level)
        url += "&delimiter=%2F";
    if (!request.token.empty())
        url += "&pageToken=" + encode(request.token);
    const std::string what = doing(gcs_actions::list, request.prefix);
    ClientRequest get = request_to(Method::get, std::move(url));
    const Result<ClientResponse> answer = co_await send(std::move(get));
    if (!answer)
        co_return with_context(what, answer.error());
    if (answer->status != 200)
        co_return gcs_error({gcs_actions::list, request.prefix, answer->status, answer->body});
    const Result<Json> json = parse_json(answer->body);
    const Json no_json;
    Result<ObjectPage> page = read_object_list(json ? *json : no_json);
    co_return page ? std::move(page) : with_context(what, page.error());
}

Async<Result<void>> GcsService::read(ReadObject request)
{
    Result<std::string> url = object_url(request.name);
    if (!url)
        co_return url.error();
    *url += "?alt=media";
    if (!request.version.empty())
        *url += "&ifGenerationMatch=" + encode(request.version);
    ClientRequest get = request_to(Method::get, std::move(*url));
    get.total_time = no_limit;
    // Else what is stored as gzip would come unpacked, with another size and checksum.
    get.headers.add("Accept-Encoding", "gzip");
    if (request.count) {
        get.headers.add(
            "Range", fmt::format("bytes={}-{}", request.first, request.first + *request.count - 1)
        );
        get.receive_buffer_bytes = range_buffer_bytes;
    }
    MediaSink sink(request);
    get.sink = &sink;
    const Result<ClientResponse> answer = co_await send(std::move(get));
    if (!answer)
        co_return with_context(doing(gcs_actions::read, request.name), answer.error());
    if (answer->status != 200 && answer->status != 206)
        co_return gcs_error({gcs_actions::read, request.name, answer->status, answer->body});
    if (sink.is_other_range())
        co_return Error{
            Errc::invalid, fmt::format(
                               "{}: the service sends other bytes than those asked for",
                               doing(gcs_actions::read, request.name)
                           )};
    co_return Result<void>();
}

Async<Result<void>> GcsService::write(ObjectName name, SharedBytes bytes, std::uint32_t crc32c)
{
    Result<std::string> url = upload_url(name, "media");
    if (!url)
        co_return url.error();
    ClientRequest post = request_to(Method::post, std::move(*url));
    post.total_time = no_limit;
    post.headers.add("Content-Type", "application/octet-stream");
    post.headers.add("X-Goog-Hash", "crc32c=" + encode_crc32c(crc32c));
    post.shared_body = std::move(bytes);
    const Result<ClientResponse> answer = co_await send(std::move(post));
    if (!answer)
        co_return with_context(doing(gcs_actions::write, name), answer.error());
    if (answer->status != 200 && answer->status != 201)
        co_return gcs_error({gcs_actions::write, name, answer->status, answer->body});
    WrittenObject written = read_written_object(answer->body);
    co_return co_await check_written(std::move(name), std::move(written), crc32c);
}

// A service that does not look at the checksum sent with the bytes may have stored others.
Async<Result<void>>
GcsService::check_written(ObjectName name, WrittenObject written, std::uint32_t crc32c)
{
    if (!written.crc32c || *written.crc32c == crc32c)
        co_return Result<void>();
    Result<std::string> url = object_url(name);
    if (url && !written.generation.empty()) {
        *url += "?generation=" + encode(written.generation);
        ClientRequest request = request_to(Method::delete_, std::move(*url));
        const Result<ClientResponse> removed = co_await send(std::move(request));
        if (!removed || removed->status / 100 != 2)
            parts_.log.warn("'{}' has a wrong checksum and could not be removed", gcs_uri(name));
    }
    co_return Error{
        Errc::corrupt, fmt::format(
                           "{}: its bytes have changed on their way: CRC32C {:08x}, stored {:08x}",
                           doing(gcs_actions::write, name), crc32c, *written.crc32c
                       )};
}

Async<Result<void>> GcsService::remove(ObjectName name)
{
    Result<std::string> url = object_url(name);
    if (!url)
        co_return url.error();
    ClientRequest request = request_to(Method::delete_, std::move(*url));
    const Result<ClientResponse> answer = co_await send(std::move(request));
    if (!answer)
        co_return with_context(doing(gcs_actions::remove, name), answer.error());
    if (answer->status / 100 != 2 && answer->status != 404)
        co_return gcs_error({gcs_actions::remove, name, answer->status, answer->body});
    co_return Result<void>();
}

std::unique_ptr<ObjectService> make_gcs_service(BucketParts parts, Variables variables)
{
    return std::make_unique<GcsService>(std::move(parts), std::move(variables));
}

} // namespace sluice
