// SPDX-License-Identifier: Apache-2.0
#include "api/log_text.h"

#include "async/signal.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::size_t page_bytes = 256u << 10;
constexpr std::size_t datums_per_page = 100;
constexpr std::chrono::seconds look_at_datum{1};

std::string text_of(const LogPage& page, std::optional<OutputStream> stream)
{
    std::string text;
    for (const LogChunk& chunk : page.chunks)
        if (!stream || chunk.stream == *stream || chunk.stream == OutputStream::notice)
            text += chunk.bytes;
    return text;
}

// True when the attempt is not the one that runs: then its log grows no more, even if nobody could
// mark it complete.
Async<bool> is_over(Jobs& jobs, const LogQuery& query, std::string path)
{
    const Result<DatumDescription> datum = co_await jobs.describe_datum(query.datum);
    if (!datum)
        co_return true;
    const Result<std::string> last = co_await jobs.log_file(query.datum, 0);
    const bool is_live = datum->datum.status == DatumStatus::running ||
                         (query.attempt == 0 && datum->datum.status == DatumStatus::ready);
    co_return !last || *last != path || !is_live;
}

// What comes within a while; its copy may lie elsewhere, which does not tell.
Async<Result<LogPage>> next_page(LogShelves shelves, const OpenLog& log, std::uint64_t offset)
{
    if (log.copy.peer.empty())
        co_return co_await shelves.jobs.logs().follow(log.place.path, offset, look_at_datum);
    const LogPiece piece{offset, page_bytes};
    Result<LogPage> page = co_await read_log(shelves, log, piece);
    if (page && page->next == offset && !page->complete)
        co_await sleep_for(look_at_datum);
    co_return page;
}

// The worker may have gone on at another server.
Async<void> look_elsewhere(LogShelves shelves, OpenLog& log)
{
    if (!shelves.peers || !shelves.peers->has_any())
        co_return;
    Result<OpenLog> again = co_await open_log(shelves, log.place.datum_id, log.place.attempt);
    if (again)
        log = std::move(*again);
}

// What is left of `text` within the part; moves the part on.
std::string_view clip(std::string_view text, LogPart& part)
{
    const std::size_t skipped = std::min<std::uint64_t>(part.first, text.size());
    part.first -= skipped;
    text.remove_prefix(skipped);
    text = text.substr(0, part.count);
    part.count -= text.size();
    return text;
}

} // namespace

Async<Result<std::uint64_t>> measure_log(LogShelves shelves, LogQuery query)
{
    const Result<OpenLog> log = co_await open_log(shelves, query.datum, query.attempt);
    if (!log)
        co_return log.error();
    std::uint64_t size = 0;
    std::uint64_t offset = 0;
    for (;;) {
        const LogPiece piece{offset, page_bytes};
        const Result<LogPage> page = co_await read_log(shelves, *log, piece);
        if (!page)
            co_return page.error();
        size += text_of(*page, query.stream).size();
        if (page->next == offset)
            co_return size;
        offset = page->next;
    }
}

Async<void> write_log(LogShelves shelves, LogQuery query, LogPart part, BodyWriter& writer)
{
    const Result<OpenLog> log = co_await open_log(shelves, query.datum, query.attempt);
    std::uint64_t offset = 0;
    while (log && part.count > 0) {
        const LogPiece piece{offset, page_bytes};
        const Result<LogPage> page = co_await read_log(shelves, *log, piece);
        if (!page || page->next == offset)
            co_return;
        offset = page->next;
        const std::string text = text_of(*page, query.stream);
        const std::string_view shown = clip(text, part);
        bool listening = true;
        if (!shown.empty())
            listening = co_await writer.write(shown);
        if (!listening)
            co_return;
    }
}

Async<void>
follow_log(LogShelves shelves, LogQuery query, std::function<bool()> is_wanted, BodyWriter& writer)
{
    Result<OpenLog> log = co_await open_log(shelves, query.datum, query.attempt);
    std::uint64_t offset = 0;
    bool over = !log;
    for (;;) {
        if (!log)
            co_return;
        const Result<LogPage> page = co_await next_page(shelves, *log, offset);
        if (!page)
            co_return;
        const std::string text = text_of(*page, query.stream);
        const bool listening = co_await writer.write(text);
        if (!listening || !is_wanted() || page->complete || (over && page->next == offset))
            co_return;
        if (page->next == offset) { // and one more look at the log
            over = co_await is_over(shelves.jobs, query, log->place.path);
            co_await look_elsewhere(shelves, *log);
        }
        offset = page->next;
    }
}

Async<void> write_job_log(LogShelves shelves, std::string job, BodyWriter& writer)
{
    Jobs::DatumFilter filter;
    filter.limit = datums_per_page;
    for (;;) {
        const Result<std::vector<Datum>> datums = co_await shelves.jobs.datums(job, filter);
        if (!datums)
            co_return;
        for (const Datum& datum : *datums) {
            const std::string title =
                fmt::format("==> datum {} ({}) <==\n", datum.id, name(datum.status));
            const bool listening = co_await writer.write(title);
            if (!listening)
                co_return;
            LogQuery query;
            query.datum = datum.id;
            const LogPart whole;
            co_await write_log(shelves, std::move(query), whole, writer);
        }
        if (datums->size() < filter.limit)
            co_return;
        filter.after = datums->back().id;
    }
}

} // namespace sluice
