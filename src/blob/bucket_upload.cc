// SPDX-License-Identifier: Apache-2.0
#include "async/at_once.h"
#include "async/stop_on_cancel.h"
#include "async/with_timeout.h"
#include "async/worker_threads.h"
#include "blob/bucket_calls.h"
#include "blob/byte_budget.h"
#include "blob/object_file.h"
#include "blob/retry_request.h"
#include "net/crc32c.h"

#include <fmt/format.h>

#include <algorithm>

// One file into one object: a small one with one request, a large one in parts. What is read waits
// in memory until the service has it, within the budget of all uploads.

namespace sluice {

namespace {

constexpr std::uint64_t mebibyte = 1u << 20;

// Files up to this size are read when they are opened: a hop to another thread less.
constexpr std::uint64_t bytes_read_at_once = 512u << 10;

constexpr int uploads_begun_max = 3; // of one object, when the service loses them

struct Bytes {
    SharedBytes content = nullptr;
    std::uint32_t crc32c = 0;
};

Result<Bytes> read_bytes(const SourceFile& file, std::uint64_t offset, std::uint64_t count)
{
    Result<SharedBytes> content = file.read(offset, count);
    if (!content)
        return content.error();
    const std::uint32_t crc = crc32c(**content);
    return Bytes{std::move(*content), crc};
}

struct Opened {
    SourceFile file;
    std::optional<Bytes> bytes; // of a small file, all
};

// Reads the file too unless it is larger than `bytes_max`.
Result<Opened> open_source(const std::string& path, std::uint64_t bytes_max)
{
    Result<SourceFile> file = SourceFile::open(path);
    if (!file)
        return file.error();
    Opened opened{std::move(*file), std::nullopt};
    if (opened.file.size() > bytes_max)
        return opened;
    Result<Bytes> bytes = read_bytes(opened.file, 0, opened.file.size());
    if (!bytes)
        return bytes.error();
    opened.bytes = std::move(*bytes);
    return opened;
}

Async<Result<ByteBudget::Taken>> take_memory(ByteBudget& budget, std::uint64_t bytes)
{
    ByteBudget::Taken taken = co_await budget.take(bytes);
    co_return taken;
}

// What others have may take minutes to come back, so a stop ends the wait.
Async<Result<ByteBudget::Taken>> take_memory(BucketCall& call, std::uint64_t bytes, StopEvent& stop)
{
    Async<Result<ByteBudget::Taken>> taking = take_memory(call.parts.memory, bytes);
    Result<ByteBudget::Taken> taken = co_await unless_stopped(std::move(taking), &stop);
    co_return taken;
}

Async<Result<void>> send_whole(BucketCall& call, ObjectName name, Bytes bytes)
{
    const auto make = [&] { return call.service.write(name, bytes.content, bytes.crc32c); };
    const Result<void> written = co_await retry_request(call.parts, &call.stop, make);
    co_return written;
}

class PartUpload {
public:
    PartUpload(BucketCall& call, ObjectName name, SourceFile& file)
        : call_(call),
          name_(std::move(name)),
          file_(file),
          plan_(plan_parts(file.size(), call.parts.limits)),
          receipts_(plan_.parts),
          crc32cs_(plan_.parts),
          sent_(call.parts.executor),
          stop_(call.parts.executor)
    {}

    Async<Result<void>> run();

    // Whether this error of run() says that the service has forgotten an upload that was begun.
    bool is_lost(const Error& error) const
    {
        return !upload_.empty() && error.code == Errc::not_found;
    }

private:
    Async<Result<void>> send_all();
    Async<Result<void>> send(std::size_t index);
    Async<Result<void>> send_bytes(std::size_t index, std::uint64_t size);
    Async<Result<void>> finish();
    std::uint64_t begin_of(std::size_t index) const { return index * plan_.part_bytes; }

    BucketCall& call_;
    ObjectName name_;
    SourceFile& file_;
    PartPlan plan_;
    std::string upload_;
    std::vector<std::string> receipts_;
    std::vector<std::uint32_t> crc32cs_;
    std::size_t sent_ones_ = 0;
    std::optional<Error> failure_; // the first
    Signal sent_;                  // or failed
    StopEvent stop_;               // of all parts: one has failed, or the call is stopped
};

Async<Result<void>> PartUpload::run()
{
    const auto begin = [this] { return call_.service.begin_upload(name_); };
    Result<std::string> begun = co_await retry_request(call_.parts, &call_.stop, begin);
    if (!begun)
        co_return begun.error();
    upload_ = std::move(*begun);
    Async<Result<void>> sending = send_all();
    Result<void> done = co_await stop_on_cancel(std::move(sending), stop_, &call_.stop);
    if (done)
        done = co_await finish();
    if (!done)
        co_await tidy_up_upload(call_, name_, upload_);
    co_return done;
}

Async<Result<void>> PartUpload::send_all()
{
    // In order there is one part on its way and the next one in memory.
    const std::size_t lanes = call_.service.parts_in_order() ? 2 : call_.parts.limits.parts_at_once;
    const auto make = [this](std::size_t index) { return send(index); };
    const Result<void> sent = co_await at_once(plan_.parts, lanes, make);
    if (failure_)
        co_return *failure_; // those that it has stopped say so
    if (!sent)
        co_return sent;
    auto check = [this] { return file_.check_unchanged(); };
    const Result<void> unchanged = co_await call_.parts.threads.run(std::move(check));
    co_return unchanged;
}

Async<Result<void>> PartUpload::send(std::size_t index)
{
    // Parts ask for memory in their order, so one that must wait for another never holds it up.
    const std::uint64_t size = std::min(plan_.part_bytes, file_.size() - begin_of(index));
    const Result<ByteBudget::Taken> memory = co_await take_memory(call_, size, stop_);
    Result<void> done;
    if (memory)
        done = co_await send_bytes(index, size);
    else
        done = memory.error();
    if (!done && !failure_) {
        failure_ = done.error();
        stop_.request();
    }
    sent_.notify();
    co_return done;
}

Async<Result<void>> PartUpload::send_bytes(std::size_t index, std::uint64_t size)
{
    auto read = [this, index, size] { return read_bytes(file_, begin_of(index), size); };
    const Result<Bytes> bytes = co_await call_.parts.threads.run(std::move(read));
    if (!bytes)
        co_return bytes.error();
    if (call_.service.parts_in_order())
        while (sent_ones_ < index && !failure_)
            co_await sent_.wait();
    if (failure_)
        co_return *failure_; // another part's: this one need not be sent
    crc32cs_[index] = bytes->crc32c;
    const auto make = [&] {
        UploadPart part{
            .name = name_,
            .upload = upload_,
            .number = static_cast<int>(index) + 1,
            .offset = begin_of(index),
            .total = file_.size(),
            .bytes = bytes->content,
            .crc32c = bytes->crc32c};
        return call_.service.write_part(std::move(part));
    };
    Result<std::string> receipt = co_await retry_request(call_.parts, &stop_, make);
    if (!receipt)
        co_return receipt.error();
    receipts_[index] = std::move(*receipt);
    ++sent_ones_;
    co_return Result<void>();
}

Async<Result<void>> PartUpload::finish()
{
    std::uint32_t whole = 0;
    for (std::size_t index = 0; index < plan_.parts; ++index) {
        const std::uint64_t size = std::min(plan_.part_bytes, file_.size() - begin_of(index));
        whole = crc32c_combine(whole, crc32cs_[index], size);
    }
    const auto make = [&] {
        FinishUpload request{
            .name = name_,
            .upload = upload_,
            .total = file_.size(),
            .crc32c = whole,
            .receipts = receipts_,
            .crc32cs = crc32cs_};
        return call_.service.finish_upload(std::move(request));
    };
    const Result<void> finished = co_await retry_request(call_.parts, &call_.stop, make);
    co_return finished;
}

// An upload that got lost begins anew: the file is still there.
Async<Result<void>> send_parts(BucketCall& call, ObjectName name, SourceFile& file)
{
    for (int begun = 1;; ++begun) {
        PartUpload upload(call, name, file);
        const Result<void> sent = co_await upload.run();
        if (sent || !upload.is_lost(sent.error()))
            co_return sent;
        if (begun == uploads_begun_max)
            co_return Error{
                Errc::unavailable, fmt::format("{} (begun {} times)", sent.error().detail, begun)};
    }
}

} // namespace

PartPlan plan_parts(std::uint64_t size, const BucketLimits& limits)
{
    const std::uint64_t needed = (size + limits.parts_max - 1) / limits.parts_max;
    PartPlan plan;
    plan.part_bytes = limits.part_bytes_min;
    if (needed > plan.part_bytes)
        plan.part_bytes = (needed + mebibyte - 1) / mebibyte * mebibyte;
    plan.parts = (size + plan.part_bytes - 1) / plan.part_bytes;
    return plan;
}

Async<Result<void>> upload_object(BucketCall& call, ObjectName name, std::string file)
{
    // How large the file is, is not known before it has been opened.
    const std::uint64_t at_once = std::min(bytes_read_at_once, call.parts.limits.whole_bytes_max);
    Result<ByteBudget::Taken> memory = co_await take_memory(call, at_once, call.stop);
    if (!memory)
        co_return memory.error();
    auto open = [&file, at_once] { return open_source(file, at_once); };
    Result<Opened> opened = co_await call.parts.threads.run(std::move(open));
    if (!opened)
        co_return opened.error();
    const std::uint64_t size = opened->file.size();
    memory->keep(opened->bytes ? size : 0);
    if (size > call.parts.limits.whole_bytes_max) {
        const Result<void> uploaded = co_await send_parts(call, std::move(name), opened->file);
        co_return uploaded;
    }
    if (!opened->bytes) {
        memory = co_await take_memory(call, size, call.stop);
        if (!memory)
            co_return memory.error();
        auto read = [&opened, size] { return read_bytes(opened->file, 0, size); };
        Result<Bytes> bytes = co_await call.parts.threads.run(std::move(read));
        if (!bytes)
            co_return bytes.error();
        opened->bytes = std::move(*bytes);
    }
    Bytes bytes = std::move(*opened->bytes);
    const Result<void> sent = co_await send_whole(call, std::move(name), std::move(bytes));
    co_return sent;
}

Async<void> tidy_up_upload(BucketCall& call, ObjectName name, std::string upload)
{
    const auto make = [&] { return call.service.abort_upload(name, upload); };
    Async<Result<void>> aborting = retry_request(call.parts, nullptr, make);
    const Result<void> aborted =
        co_await with_timeout(std::move(aborting), call.parts.limits.tidy_up);
    if (!aborted)
        call.parts.log.warn(
            "an unfinished upload of {} may be left: {}", shown(call.service, name),
            aborted.error().detail
        );
}

} // namespace sluice
