// SPDX-License-Identifier: Apache-2.0
#include "blob/testing/memory_service.h"

#include "async/signal.h"
#include "net/crc32c.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace sluice::testing {

void MemoryService::put(const ObjectName& name, std::string bytes)
{
    Object& object = buckets[name.bucket][name.key];
    object.bytes = std::make_shared<const std::string>(std::move(bytes));
    object.version = fmt::format("v{}", ++versions_);
}

std::size_t MemoryService::count(std::string_view what) const
{
    const auto is_it = [what](const Call& call) { return call.what == what; };
    return static_cast<std::size_t>(std::count_if(calls.begin(), calls.end(), is_it));
}

Async<Result<void>> MemoryService::good()
{
    co_return Result<void>();
}

Async<Result<void>> MemoryService::bad(Error error)
{
    co_return error;
}

Async<Result<void>> MemoryService::hang()
{
    Signal never(executor_);
    co_await never.wait();
    co_return Result<void>();
}

// Every call suspends, as a real one does.
Async<Result<void>> MemoryService::enter(Call call)
{
    co_await asio::post(executor_, asio::use_awaitable);
    calls.push_back(call);
    if (!buckets.contains(call.name.bucket))
        co_return error(Errc::not_found, call.name, "there is no such bucket");
    if (!before)
        co_return Result<void>();
    Async<Result<void>> asked = before(call);
    const Result<void> may = co_await std::move(asked);
    co_return may;
}

Async<Result<ObjectPage>> MemoryService::list(ListObjects request)
{
    Call call{.what = "list", .name = request.prefix};
    const Result<void> may = co_await enter(std::move(call));
    if (!may)
        co_return may.error();
    co_return page_of(buckets[request.prefix.bucket], request);
}

// A token is the last key or folder that was told, with its kind.
ObjectPage MemoryService::page_of(const Bucket& bucket, const ListObjects& request)
{
    const std::string& prefix = request.prefix.key;
    ObjectPage page;
    std::string folder; // whose objects are passed over
    auto at = bucket.lower_bound(prefix);
    if (request.token.starts_with("folder:"))
        at = bucket.lower_bound(folder = request.token.substr(7));
    else if (!request.token.empty())
        at = bucket.upper_bound(request.token.substr(5));
    if (options_.repeats_folders && !request.token.empty())
        page.entries = last_folders_;
    last_folders_.clear();

    std::size_t told = 0;
    std::string token;
    for (; at != bucket.end() && at->first.starts_with(prefix); ++at) {
        const std::string& key = at->first;
        if (!folder.empty() && key.starts_with(folder))
            continue;
        if (told++ == options_.page_entries) {
            page.next = token;
            break;
        }
        const std::size_t slash = key.find('/', prefix.size());
        if (request.depth == ListDepth::recursive || slash == std::string::npos) {
            page.entries.push_back({key, BlobKind::file, at->second.bytes->size()});
            token = "file:" + key;
            continue;
        }
        folder = key.substr(0, slash + 1);
        page.entries.push_back({key.substr(0, slash), BlobKind::folder, 0});
        last_folders_.push_back(page.entries.back());
        token = "folder:" + folder;
    }
    // In no order, as two lists of an answer are not.
    std::reverse(page.entries.begin(), page.entries.end());
    return page;
}

Async<Result<void>> MemoryService::read(ReadObject request)
{
    Call call{.what = "read", .name = request.name, .first = request.first, .count = request.count};
    const Result<void> may = co_await enter(std::move(call));
    if (!may)
        co_return may;
    const Bucket& bucket = buckets[request.name.bucket];
    const auto found = bucket.find(request.name.key);
    if (found == bucket.end())
        co_return error(Errc::not_found, request.name, "there is no such object");
    const Object object = found->second;
    if (!request.version.empty() && request.version != object.version)
        co_return error(Errc::conflict, request.name, "it has another version");
    request.on_head(head_of(object));
    if (!request.sink->wants(request.count ? 206 : 200, Headers()))
        co_return error(Errc::invalid, request.name, "a sink wants every object");
    std::string body = body_of(object, request);
    const Result<void> sent = co_await send(std::move(body), *request.sink);
    co_return sent;
}

ObjectHead MemoryService::head_of(const Object& object) const
{
    ObjectHead head{.size = object.bytes->size(), .version = object.version};
    if (options_.checksum == Checksum::crc32c)
        head.crc32c = crc32c(*object.bytes);
    if (options_.checksum == Checksum::md5)
        head.md5 = md5(*object.bytes);
    return head;
}

std::string MemoryService::body_of(const Object& object, const ReadObject& request)
{
    std::string body = object.bytes->substr(request.first, request.count.value_or(-1));
    if (wrong_bodies > 0 && !body.empty()) {
        --wrong_bodies;
        body.back() ^= 1;
    }
    return body;
}

Async<Result<void>> MemoryService::send(std::string body, BodySink& sink)
{
    const bool is_cut = cut_bodies > 0;
    if (is_cut) {
        --cut_bodies;
        body.resize(std::min<std::size_t>(body.size(), cut_after));
    }
    for (std::size_t at = 0; at < body.size(); at += options_.piece_bytes) {
        const std::string piece = body.substr(at, options_.piece_bytes);
        const bool wants_more = co_await sink.take(piece);
        if (!wants_more)
            co_return Result<void>();
    }
    if (is_cut && cut_is_told)
        co_return Error{Errc::unavailable, options_.scheme + ": the connection was reset"};
    co_return Result<void>();
}

Async<Result<void>> MemoryService::write(ObjectName name, SharedBytes bytes, std::uint32_t checksum)
{
    Call call{.what = "write", .name = name};
    const Result<void> may = co_await enter(std::move(call));
    if (!may)
        co_return may;
    if (crc32c(*bytes) != checksum)
        co_return error(Errc::corrupt, name, "the checksum is not that of the bytes");
    put(name, *bytes);
    co_return Result<void>();
}

Async<Result<std::string>> MemoryService::begin_upload(ObjectName name)
{
    Call call{.what = "begin", .name = name};
    const Result<void> may = co_await enter(std::move(call));
    if (!may)
        co_return may.error();
    std::string upload = fmt::format("upload-{}", ++versions_);
    uploads_[upload];
    co_return upload;
}

Async<Result<std::string>> MemoryService::write_part(UploadPart part)
{
    Call call{.what = "part", .name = part.name, .number = part.number};
    const Result<void> may = co_await enter(std::move(call));
    if (!may)
        co_return may.error();
    const auto upload = uploads_.find(part.upload);
    if (upload == uploads_.end())
        co_return error(Errc::not_found, part.name, "there is no such upload");
    if (crc32c(*part.bytes) != part.crc32c)
        co_return error(Errc::corrupt, part.name, "the checksum is not that of the bytes");
    const bool is_next = part.number == static_cast<int>(upload->second.size()) + 1;
    if (options_.parts_in_order && !is_next)
        co_return error(Errc::invalid, part.name, "its parts come in order");
    upload->second[part.number] = part.bytes;
    co_return fmt::format("receipt-{}", part.number);
}

Async<Result<void>> MemoryService::finish_upload(FinishUpload request)
{
    Call call{.what = "finish", .name = request.name};
    const Result<void> may = co_await enter(std::move(call));
    if (!may)
        co_return may;
    const auto upload = uploads_.find(request.upload);
    if (upload == uploads_.end())
        co_return error(Errc::not_found, request.name, "there is no such upload");
    std::string whole;
    bool is_right = request.receipts.size() == upload->second.size() &&
                    request.crc32cs.size() == upload->second.size();
    for (const auto& [number, bytes] : upload->second) {
        const auto index = static_cast<std::size_t>(number) - 1;
        whole += *bytes;
        is_right = is_right && request.receipts[index] == fmt::format("receipt-{}", number) &&
                   request.crc32cs[index] == crc32c(*bytes);
    }
    if (!is_right || request.total != whole.size() || request.crc32c != crc32c(whole))
        co_return error(Errc::invalid, request.name, "its parts are not what was sent");
    uploads_.erase(upload);
    put(request.name, std::move(whole));
    co_return Result<void>();
}

Async<Result<void>> MemoryService::abort_upload(ObjectName name, std::string upload)
{
    Call call{.what = "abort", .name = std::move(name)};
    const Result<void> may = co_await enter(std::move(call));
    if (may)
        uploads_.erase(upload);
    co_return may;
}

Async<Result<void>> MemoryService::remove(ObjectName name)
{
    Call call{.what = "remove", .name = name};
    const Result<void> may = co_await enter(std::move(call));
    if (may)
        buckets[name.bucket].erase(name.key);
    co_return may;
}

Error MemoryService::error(Errc code, const ObjectName& name, std::string_view why) const
{
    return {code, fmt::format("'{}://{}/{}': {}", options_.scheme, name.bucket, name.key, why)};
}

} // namespace sluice::testing
