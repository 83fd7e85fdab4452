// SPDX-License-Identifier: Apache-2.0
#include "blob/gcs/gcs_service.h"
#include "blob/gcs/gcs_session.h"
#include "net/backoff.h"
#include "net/crc32c.h"

#include <fmt/format.h>

namespace sluice {

namespace {

std::string writing(const ObjectName& name)
{
    return fmt::format("cannot write '{}'", gcs_uri(name));
}

Error lost(const ObjectName& name)
{
    return {Errc::not_found, writing(name) + ": the service has lost the upload"};
}

// The next try begins another upload; this one's error tells why.
Error lost(const GcsSession& session)
{
    return {Errc::not_found, session.failure->detail};
}

// What an answer to a part, or to the question for its progress, says.
Result<void>
take_progress(const UploadPart& part, GcsSession& session, const Result<ClientResponse>& answer)
{
    if (!answer)
        return with_context(writing(part.name), answer.error());
    if (answer->status == 404 || answer->status == 410)
        return lost(part.name);
    if (answer->status == 200 || answer->status == 201) {
        session.written = read_written_object(answer->body);
        session.committed = part.total;
    } else if (answer->status == 308) {
        const auto range = answer->headers.find("Range"); // none: nothing has been kept
        const auto committed = range ? committed_bytes(*range) : std::optional<std::uint64_t>(0);
        if (!committed)
            return Error{
                Errc::unavailable,
                writing(part.name) + ": the service does not say how much it has"};
        session.committed = *committed;
    } else {
        return gcs_error({gcs_actions::write, part.name, answer->status, answer->body});
    }
    session.is_in_doubt = false;
    return {};
}

} // namespace

Async<Result<std::string>> GcsService::begin_upload(ObjectName name)
{
    Result<std::string> url = upload_url(name, "resumable");
    if (!url)
        co_return url.error();
    ClientRequest post = request_to(Method::post, std::move(*url));
    post.headers.add("Content-Type", "application/json");
    post.headers.add("X-Upload-Content-Type", "application/octet-stream");
    post.body = "{}";
    const Result<ClientResponse> answer = co_await send(std::move(post));
    if (!answer)
        co_return with_context(writing(name), answer.error());
    if (answer->status != 200 && answer->status != 201)
        co_return gcs_error({gcs_actions::write, name, answer->status, answer->body});
    Result<std::string> place = session_url(*answer);
    if (!place)
        co_return with_context(writing(name), place.error());
    std::string upload = fmt::format("{}", ++uploads_begun_);
    const auto session = std::make_shared<GcsSession>();
    session->url = std::move(*place);
    sessions_.emplace(upload, session);
    co_return upload;
}

Async<Result<std::string>> GcsService::write_part(UploadPart part)
{
    const auto found = sessions_.find(part.upload);
    if (found == sessions_.end())
        co_return lost(part.name);
    const std::shared_ptr<GcsSession> session = found->second;
    if (session->failure)
        co_return lost(*session);
    const Result<void> sent = co_await send_part(part, *session);
    if (sent)
        co_return session->written ? session->written->generation : std::string();
    const Errc code = sent.error().code;
    if (code == Errc::not_found)
        sessions_.erase(part.upload);
    if (code == Errc::corrupt)
        session->failure = sent.error();
    co_return sent.error();
}

Async<Result<void>> GcsService::send_part(const UploadPart& part, GcsSession& session)
{
    const std::uint64_t end = part.offset + part.bytes->size();
    if (session.is_in_doubt) {
        Result<void> asked = co_await ask_progress(part, session);
        if (!asked)
            co_return asked;
    }
    while (session.committed < end) {
        if (session.committed < part.offset)
            co_return lost(part.name); // parts that are gone from memory
        const std::uint64_t before = session.committed;
        Result<void> sent = co_await send_rest(part, session);
        if (!sent)
            co_return sent;
        if (session.committed == before)
            co_return Error{Errc::unavailable, writing(part.name) + ": the service keeps nothing"};
    }
    const bool is_last = end == part.total;
    if (is_last != session.written.has_value()) {
        session.is_in_doubt = true;
        co_return Error{
            Errc::unavailable,
            writing(part.name) + ": the service has not counted its bytes right"};
    }
    session.crc32c = crc32c_combine(session.crc32c, part.crc32c, part.bytes->size());
    co_return Result<void>();
}

Async<Result<void>> GcsService::send_rest(const UploadPart& part, GcsSession& session)
{
    const std::uint64_t end = part.offset + part.bytes->size();
    ClientRequest put = request_to(Method::put, session.url);
    put.total_time = std::chrono::hours(24); // it ends when it stalls
    put.headers.add(
        "Content-Range", fmt::format("bytes {}-{}/{}", session.committed, end - 1, part.total)
    );
    if (end == part.total) {
        const std::uint32_t whole = crc32c_combine(session.crc32c, part.crc32c, part.bytes->size());
        put.headers.add("X-Goog-Hash", "crc32c=" + encode_crc32c(whole));
    }
    put.shared_body = part.bytes;
    if (session.committed > part.offset)
        put.shared_body =
            std::make_shared<const std::string>(*part.bytes, session.committed - part.offset);
    session.is_in_doubt = true;
    // No token: the address of the session stands for one.
    const Result<ClientResponse> answer = co_await parts_.http.send(std::move(put));
    co_return take_progress(part, session, answer);
}

Async<Result<void>> GcsService::ask_progress(const UploadPart& part, GcsSession& session)
{
    ClientRequest put = request_to(Method::put, session.url);
    put.headers.add("Content-Range", fmt::format("bytes */{}", part.total));
    const Result<ClientResponse> answer = co_await parts_.http.send(std::move(put));
    co_return take_progress(part, session, answer);
}

Async<Result<void>> GcsService::finish_upload(FinishUpload request)
{
    const auto found = sessions_.find(request.upload);
    if (found == sessions_.end())
        co_return lost(request.name);
    const std::shared_ptr<GcsSession> session = found->second;
    if (session->failure)
        co_return lost(*session);
    if (!session->written)
        co_return lost(request.name);
    WrittenObject written = *session->written;
    const Result<void> checked =
        co_await check_written(request.name, std::move(written), request.crc32c);
    if (checked)
        sessions_.erase(request.upload);
    else
        session->failure = checked.error();
    co_return checked;
}

Async<Result<void>> GcsService::abort_upload(ObjectName name, std::string upload)
{
    const auto found = sessions_.find(upload);
    if (found == sessions_.end())
        co_return Result<void>();
    const std::shared_ptr<GcsSession> session = found->second;
    sessions_.erase(found);
    if (session->written)
        co_return Result<void>(); // there is nothing to abort
    ClientRequest request = request_to(Method::delete_, session->url);
    const Result<ClientResponse> answer = co_await parts_.http.send(std::move(request));
    // 499 is how the service says that the client has ended the upload.
    const bool is_gone = answer && (answer->status / 100 == 2 || answer->status == 404 ||
                                    answer->status == 410 || answer->status == 499);
    if (is_gone)
        co_return Result<void>();
    if (!answer || is_retryable_status(answer->status))
        sessions_.emplace(std::move(upload), session); // for the next try
    if (!answer)
        co_return with_context(
            fmt::format("cannot abort the upload of '{}'", gcs_uri(name)), answer.error()
        );
    co_return gcs_error({gcs_actions::abort, name, answer->status, answer->body});
}

} // namespace sluice
