// SPDX-License-Identifier: Apache-2.0
#include "blob/bucket_access.h"
#include "blob/s3/s3_head.h"
#include "blob/s3/s3_requests.h"
#include "blob/s3/s3_upload.h"

#include <fmt/format.h>

namespace sluice {

namespace {

// Reads the head before the body goes where it should.
class HeadSink final : public BodySink {
public:
    explicit HeadSink(const ReadObject& request) : request_(request) {}

    bool wants(int status, const Headers& headers) override
    {
        if (status != 200 && status != 206)
            return false;
        const Result<ObjectHead> head = read_s3_head(status, headers, request_.first);
        if (!head) {
            error_ = head.error();
            return true; // and takes nothing of it
        }
        if (request_.on_head)
            request_.on_head(*head);
        return request_.sink->wants(status, headers);
    }

    Async<bool> take(std::string_view piece) override
    {
        if (error_)
            co_return false;
        co_return co_await request_.sink->take(piece);
    }

    const std::optional<Error>& error() const { return error_; }

private:
    const ReadObject& request_;
    std::optional<Error> error_;
};

class S3Service final : public ObjectService {
public:
    S3Service(BucketParts parts, Variables variables)
        : page_entries_(parts.limits.page_entries),
          requests_(parts, std::move(variables)),
          upload_(requests_, parts.threads)
    {}

    std::string_view scheme() const override { return "s3"; }

    Async<Result<ObjectPage>> list(ListObjects request) override;
    Async<Result<void>> read(ReadObject request) override;

    Async<Result<void>> write(ObjectName name, SharedBytes bytes, std::uint32_t crc32c) override
    {
        return upload_.write(std::move(name), std::move(bytes), crc32c);
    }

    Async<Result<std::string>> begin_upload(ObjectName name) override
    {
        return upload_.begin(std::move(name));
    }

    Async<Result<std::string>> write_part(UploadPart part) override
    {
        return upload_.write_part(std::move(part));
    }

    bool parts_in_order() const override { return false; }

    Async<Result<void>> finish_upload(FinishUpload request) override
    {
        return upload_.finish(std::move(request));
    }

    Async<Result<void>> abort_upload(ObjectName name, std::string upload) override
    {
        return upload_.abort(std::move(name), std::move(upload));
    }

    Async<Result<void>> remove(ObjectName name) override;

private:
    std::size_t page_entries_;
    S3Requests requests_;
    S3Upload upload_;
};

Async<Result<ObjectPage>> S3Service::list(ListObjects request)
{
    S3Request to_send{
        .action = s3_actions::list,
        .name = request.prefix,
        .to = S3Request::To::bucket,
        .query =
            {{"list-type", "2"},
             {"encoding-type", "url"}, // XML cannot spell every key
             {"max-keys", std::to_string(page_entries_)},
             {"prefix", request.prefix.key}},
    };
    if (request.depth == ListDepth::one_level)
        to_send.query.push_back({"delimiter", "/"});
    if (!request.token.empty())
        to_send.query.push_back({"continuation-token", std::move(request.token)});
    const Result<S3Answer> answer = co_await requests_.send(std::move(to_send));
    if (!answer)
        co_return answer.error();
    Result<ObjectPage> page = parse_object_list(answer->response.body);
    if (!page)
        co_return with_context(fmt::format("cannot list {}", s3_uri(request.prefix)), page.error());
    co_return page;
}

Async<Result<void>> S3Service::read(ReadObject request)
{
    HeadSink sink(request);
    S3Request to_send{
        .action = s3_actions::read,
        .name = request.name,
        .headers = {{"x-amz-checksum-mode", "ENABLED"}},
        .sink = &sink,
    };
    if (request.count) {
        to_send.headers.add(
            "Range", fmt::format("bytes={}-{}", request.first, request.first + *request.count - 1)
        );
        to_send.receive_buffer_bytes = range_buffer_bytes;
    }
    if (!request.version.empty())
        to_send.headers.add("If-Match", request.version);
    const Result<S3Answer> answer = co_await requests_.send(std::move(to_send));
    if (!answer)
        co_return answer.error();
    if (sink.error())
        co_return with_context(fmt::format("cannot read {}", s3_uri(request.name)), *sink.error());
    co_return Result<void>();
}

Async<Result<void>> S3Service::remove(ObjectName name)
{
    S3Request request{
        .method = Method::delete_,
        .action = s3_actions::remove,
        .name = std::move(name),
        .accepted = "NoSuchKey",
    };
    const Result<S3Answer> answer = co_await requests_.send(std::move(request));
    if (!answer)
        co_return answer.error();
    co_return Result<void>();
}

} // namespace

std::unique_ptr<ObjectService> make_s3_service(BucketParts parts, Variables variables)
{
    return std::make_unique<S3Service>(std::move(parts), std::move(variables));
}

} // namespace sluice
