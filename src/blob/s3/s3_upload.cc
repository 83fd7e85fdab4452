// SPDX-License-Identifier: Apache-2.0
#include "blob/s3/s3_upload.h"

#include "async/worker_threads.h"
#include "blob/s3/s3_head.h"
#include "net/crc32c.h"

#include <fmt/format.h>

namespace sluice {

namespace {

// S3 puts thousands of parts together before it answers.
constexpr std::chrono::minutes finish_stall{5};
constexpr std::string_view no_such_upload = "NoSuchUpload";
constexpr std::string_view not_implemented = "NotImplemented";
constexpr const char* crc32c_header = "x-amz-checksum-crc32c";

Error damaged(const ObjectName& name)
{
    return {
        Errc::corrupt,
        fmt::format("cannot write {}: other bytes arrived than were sent", s3_uri(name))};
}

} // namespace

Async<Result<void>> S3Upload::write(ObjectName name, SharedBytes bytes, std::uint32_t crc32c)
{
    S3Request request{
        .method = Method::put,
        .action = s3_actions::write,
        .name = std::move(name),
        .shared_body = std::move(bytes),
    };
    const Result<ClientResponse> response = co_await put(std::move(request), crc32c);
    if (!response)
        co_return response.error();
    co_return Result<void>();
}

Async<Result<std::string>> S3Upload::begin(ObjectName name)
{
    const bool with_crc = checksum_ != Checksum::md5;
    S3Request request{
        .method = Method::post,
        .action = s3_actions::write,
        .name = name,
        .query = {{"uploads", ""}},
        .accepted = with_crc ? not_implemented : "",
    };
    if (with_crc)
        request.headers.add("x-amz-checksum-algorithm", "CRC32C");
    const Result<S3Answer> answer = co_await requests_.send(std::move(request));
    if (!answer)
        co_return answer.error();
    if (!answer->accepted.empty())
        co_return checksum_refused(name);
    co_return parse_upload_id(answer->response.body);
}

Async<Result<std::string>> S3Upload::write_part(UploadPart part)
{
    S3Request request{
        .method = Method::put,
        .action = s3_actions::write,
        .name = part.name,
        .query = {{"partNumber", std::to_string(part.number)}, {"uploadId", part.upload}},
        .shared_body = std::move(part.bytes),
    };
    const Result<ClientResponse> response = co_await put(std::move(request), part.crc32c);
    if (!response)
        co_return response.error();
    const auto etag = response->headers.find("ETag");
    if (!etag)
        co_return Error{
            Errc::unavailable,
            fmt::format("cannot write {}: a part was answered without ETag", s3_uri(part.name))};
    co_return std::string(*etag);
}

Async<Result<void>> S3Upload::finish(FinishUpload request)
{
    std::vector<std::uint32_t> crc32cs;
    if (checksum_ == Checksum::crc32c)
        crc32cs = request.crc32cs;
    S3Request to_send{
        .method = Method::post,
        .action = s3_actions::write,
        .name = request.name,
        .query = {{"uploadId", request.upload}},
        .body = complete_upload_xml(request.receipts, crc32cs),
        .success = S3Request::Success::by_document,
        .accepted = no_such_upload,
        .stall = finish_stall,
    };
    const Result<S3Answer> answer = co_await requests_.send(std::move(to_send));
    if (!answer)
        co_return answer.error();
    if (!answer->accepted.empty())
        co_return co_await look_for(request);
    if (!says_upload_complete(answer->response.body))
        co_return Error{
            Errc::unavailable,
            fmt::format("cannot write {}: the answer was cut short", s3_uri(request.name))};
    co_return Result<void>();
}

// The upload is gone: because it is complete and the answer to that was lost, or for good.
Async<Result<void>> S3Upload::look_for(const FinishUpload& request)
{
    S3Request head{
        .method = Method::head,
        .action = s3_actions::read,
        .name = request.name,
    };
    const Result<S3Answer> answer = co_await requests_.send(std::move(head));
    const bool is_away = !answer && answer.error().code != Errc::not_found;
    if (is_away)
        co_return answer.error();
    if (answer && is_upload_of(answer->response.headers, request.total, request.receipts))
        co_return Result<void>();
    co_return Error{
        Errc::not_found, fmt::format(
                             "cannot write {}: its upload is gone before it was complete: {}",
                             s3_uri(request.name), no_such_upload
                         )};
}

Async<Result<void>> S3Upload::abort(ObjectName name, std::string upload)
{
    S3Request request{
        .method = Method::delete_,
        .action = s3_actions::abort,
        .name = std::move(name),
        .query = {{"uploadId", std::move(upload)}},
        .accepted = no_such_upload,
    };
    const Result<S3Answer> answer = co_await requests_.send(std::move(request));
    if (!answer)
        co_return answer.error();
    co_return Result<void>();
}

// Sends an object or a part with its checksum and looks at the one that comes back.
Async<Result<ClientResponse>> S3Upload::put(S3Request request, std::uint32_t crc32c)
{
    if (checksum_ == Checksum::md5) {
        const Md5 sum = co_await md5_of(request.shared_body);
        request.headers.add("Content-MD5", encode_base64(sum));
    } else {
        request.headers.add(crc32c_header, encode_crc32c(crc32c));
        request.accepted = not_implemented;
    }
    S3Request to_send = request;
    Result<S3Answer> answer = co_await requests_.send(std::move(to_send));
    if (!answer)
        co_return answer.error();
    if (!answer->accepted.empty())
        co_return checksum_refused(request.name);
    const Result<void> checked = co_await check(request, answer->response.headers, crc32c);
    if (!checked)
        co_return checked.error();
    co_return std::move(answer->response);
}

// A service that looks at CRC-32C tells it. Until the first one is told, the ETag has to do.
Async<Result<void>>
S3Upload::check(const S3Request& request, const Headers& headers, std::uint32_t crc)
{
    const auto told = headers.find(crc32c_header);
    if (told && parse_crc32c(*told) != crc)
        co_return damaged(request.name);
    if (checksum_ != Checksum::unknown)
        co_return Result<void>();
    checksum_ = told ? Checksum::crc32c : Checksum::md5;
    const std::optional<Md5> etag = md5_of_etag(headers);
    if (told || !etag)
        co_return Result<void>();
    const Md5 sum = co_await md5_of(request.shared_body);
    if (*etag != sum)
        co_return damaged(request.name);
    co_return Result<void>();
}

Async<Md5> S3Upload::md5_of(SharedBytes bytes)
{
    auto work = [bytes] { return md5(*bytes); };
    const Md5 sum = co_await threads_.run(std::move(work));
    co_return sum;
}

Error S3Upload::checksum_refused(const ObjectName& name)
{
    checksum_ = Checksum::md5;
    return {
        Errc::unavailable, fmt::format(
                               "cannot write {}: the service does not know CRC-32C, from now on "
                               "it gets MD5",
                               s3_uri(name)
                           )};
}

} // namespace sluice
