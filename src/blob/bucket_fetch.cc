// SPDX-License-Identifier: Apache-2.0
#include "async/at_once.h"
#include "async/worker_threads.h"
#include "blob/bucket_calls.h"
#include "blob/object_file.h"
#include "blob/retry_request.h"
#include "net/crc32c.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

// One object into one file. The first request has no range: its head tells the size and the
// version, and small objects are done with it. Of a large one it is cut off after the first part,
// and ranges of the same version bring the others. What breaks off goes on where it ended.

namespace sluice {

namespace {

// A piece of the object and how far it has come. The bytes are written on worker threads, one after
// the other.
struct Stretch {
    std::uint64_t position = 0;                                    // of the next byte
    std::uint64_t end = std::numeric_limits<std::uint64_t>::max(); // the first one: until its head
    std::uint32_t crc32c = 0;
    std::optional<Md5Sum> md5 = {}; // when that is all the service tells
};

class ObjectFetch {
public:
    ObjectFetch(BucketCall& call, ObjectName name, std::string file)
        : call_(call), limits_(call.parts.limits), name_(std::move(name)), file_(std::move(file))
    {}

    Async<Result<void>> run();

private:
    class Sink;

    Async<Result<void>> fetch_once();
    Async<Result<void>> fetch_rest(std::uint64_t begin, std::uint32_t& crc);
    Async<Result<void>> fetch_stretch(Stretch& stretch);
    Async<Result<void>> request(Stretch& stretch);
    Async<Result<void>> close();
    Async<void> discard();

    void note_head(const ObjectHead& head, Stretch& stretch);
    Result<void> store(Stretch& stretch, std::string_view piece);
    std::optional<Error> final_error(const Stretch& stretch, const Error& error) const;
    Error changed() const;

    BucketCall& call_;
    const BucketLimits& limits_;
    ObjectName name_;
    TargetFile file_;
    std::optional<ObjectHead> head_; // of the object that is fetched
    bool has_changed_ = false;
    std::optional<Error> disk_error_;
};

// Takes the body of one request.
class ObjectFetch::Sink final : public BodySink {
public:
    Sink(ObjectFetch& fetch, Stretch& stretch) : fetch_(fetch), stretch_(stretch) {}

    bool wants(int status, const Headers&) override { return status == 200 || status == 206; }

    Async<bool> take(std::string_view piece) override
    {
        const std::string_view mine = piece.substr(0, stretch_.end - stretch_.position);
        if (fetch_.has_changed_ || mine.empty())
            co_return false;
        auto work = [this, mine] { return fetch_.store(stretch_, mine); };
        const Result<void> stored = co_await fetch_.call_.parts.threads.run(std::move(work));
        if (!stored)
            fetch_.disk_error_ = stored.error();
        co_return stored&& mine.size() == piece.size() && !is_cut_here();
    }

private:
    // The first request goes on past its stretch when the object is large.
    bool is_cut_here() const
    {
        return stretch_.position == stretch_.end && is_without_range_ &&
               stretch_.end < fetch_.head_->size;
    }

    ObjectFetch& fetch_;
    Stretch& stretch_;
    bool is_without_range_ = stretch_.position == 0;
};

Async<Result<void>> ObjectFetch::run()
{
    for (int tries = 1;; ++tries) {
        const Result<void> fetched = co_await fetch_once();
        if (fetched)
            co_return fetched;
        co_await discard();
        if (fetched.error().code != Errc::corrupt || tries >= limits_.checksum_tries)
            co_return fetched;
    }
}

Async<Result<void>> ObjectFetch::fetch_once()
{
    Stretch first;
    const Result<void> begun = co_await fetch_stretch(first);
    if (!begun)
        co_return begun;
    std::uint32_t crc = first.crc32c;
    if (first.end < head_->size) {
        const Result<void> fetched = co_await fetch_rest(first.end, crc);
        if (!fetched)
            co_return fetched;
    }
    const Result<void> closed = co_await close();
    if (!closed)
        co_return closed;
    const bool is_right = (!head_->crc32c || *head_->crc32c == crc) &&
                          (!first.md5 || first.md5->end() == *head_->md5);
    if (!is_right)
        co_return Error{
            Errc::corrupt, fmt::format(
                               "{} arrived with another checksum than the service tells",
                               shown(call_.service, name_)
                           )};
    co_return Result<void>();
}

Async<Result<void>> ObjectFetch::fetch_rest(std::uint64_t begin, std::uint32_t& crc)
{
    const std::uint64_t size = head_->size;
    const std::uint64_t part = limits_.part_bytes_min;
    std::vector<Stretch> stretches;
    for (std::uint64_t at = begin; at < size; at += part)
        stretches.push_back({.position = at, .end = std::min(at + part, size)});
    const auto make = [&](std::size_t number) { return fetch_stretch(stretches[number]); };
    const Result<void> fetched = co_await at_once(stretches.size(), limits_.parts_at_once, make);
    if (!fetched)
        co_return fetched;
    std::uint64_t at = begin;
    for (const Stretch& stretch : stretches) {
        crc = crc32c_combine(crc, stretch.crc32c, stretch.end - at);
        at = stretch.end;
    }
    co_return Result<void>();
}

Async<Result<void>> ObjectFetch::fetch_stretch(Stretch& stretch)
{
    Patience patience(call_.parts, &call_.stop);
    for (;;) {
        const std::uint64_t before = stretch.position;
        Async<Result<void>> requested = request(stretch);
        Result<void> done = co_await unless_stopped(std::move(requested), &call_.stop);
        const bool is_whole = stretch.position == stretch.end;
        if (done && !is_whole && !has_changed_ && !disk_error_)
            done = Error{
                Errc::unavailable, fmt::format(
                                       "{}: the answer ended after {} bytes",
                                       shown(call_.service, name_), stretch.position - before
                                   )};
        if (done && is_whole && !has_changed_)
            co_return done;
        const Error error = done ? changed() : done.error();
        if (std::optional<Error> last = final_error(stretch, error))
            co_return *last;
        if (is_whole && is_retryable(error.code))
            co_return Result<void>(); // it broke off behind the last byte
        if (stretch.position > before)
            patience.reset();
        const bool again = co_await patience.wait_after(error);
        if (!again)
            co_return patience.last_error(error);
    }
}

// What it is that no further try can mend.
std::optional<Error> ObjectFetch::final_error(const Stretch& stretch, const Error& error) const
{
    if (disk_error_)
        return disk_error_;
    const bool is_pinned = head_ && stretch.position > 0;
    const bool is_gone = error.code == Errc::not_found || error.code == Errc::conflict;
    if (has_changed_ || (is_pinned && is_gone && !call_.stop.requested()))
        return changed();
    if (error.code == Errc::corrupt)
        return error; // all of it is fetched again
    return std::nullopt;
}

Async<Result<void>> ObjectFetch::request(Stretch& stretch)
{
    ReadObject wanted{.name = name_};
    if (stretch.position > 0) {
        wanted.first = stretch.position;
        wanted.count = stretch.end - stretch.position;
        wanted.version = head_->version;
    } else {
        head_.reset(); // whichever object there is now
        stretch = Stretch();
    }
    Sink sink(*this, stretch);
    wanted.on_head = [this, &stretch](const ObjectHead& head) { note_head(head, stretch); };
    wanted.sink = &sink;
    const Result<void> read = co_await call_.service.read(std::move(wanted));
    co_return read;
}

void ObjectFetch::note_head(const ObjectHead& head, Stretch& stretch)
{
    if (head_) {
        has_changed_ = has_changed_ || head.size != head_->size || head.version != head_->version;
        return;
    }
    head_ = head;
    stretch.end = head.size;
    if (head.size > limits_.whole_bytes_max)
        stretch.end = limits_.whole_bytes_max;
    if (head.md5 && !head.crc32c && stretch.end == head.size)
        stretch.md5.emplace();
}

// On a worker thread. A small object that came in one piece is done with this.
Result<void> ObjectFetch::store(Stretch& stretch, std::string_view piece)
{
    if (Result<void> written = file_.write(stretch.position, piece); !written)
        return written;
    stretch.crc32c = crc32c(piece, stretch.crc32c);
    if (stretch.md5)
        stretch.md5->add(piece);
    stretch.position += piece.size();
    const bool is_only_stretch = head_->size <= limits_.whole_bytes_max;
    if (is_only_stretch && stretch.position == stretch.end)
        return file_.close();
    return {};
}

Async<Result<void>> ObjectFetch::close()
{
    if (file_.is_closed())
        co_return Result<void>();
    auto work = [this] { return file_.close(); };
    const Result<void> closed = co_await call_.parts.threads.run(std::move(work));
    co_return closed;
}

Async<void> ObjectFetch::discard()
{
    auto work = [this] { file_.discard(); };
    co_await call_.parts.threads.run(std::move(work));
}

Error ObjectFetch::changed() const
{
    return {
        Errc::conflict, fmt::format("{} changed while it was read", shown(call_.service, name_))};
}

} // namespace

Async<Result<void>> fetch_object(BucketCall& call, ObjectName name, std::string file)
{
    ObjectFetch fetch(call, std::move(name), std::move(file));
    const Result<void> fetched = co_await fetch.run();
    co_return fetched;
}

} // namespace sluice
