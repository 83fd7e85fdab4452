// SPDX-License-Identifier: Apache-2.0
#include "batch/job_logs.h"

namespace sluice {

namespace {
constexpr std::size_t page_datums = 200;
constexpr std::size_t piece_bytes = 256u << 10;
} // namespace

Async<Result<void>> JobLogs::next_page()
{
    Jobs::DatumFilter filter;
    filter.limit = page_datums;
    filter.after = after_;
    const Result<std::vector<Datum>> page = co_await jobs_.datums(job_, filter);
    if (!page)
        co_return page.error();
    datums_.assign(page->begin(), page->end());
    at_end_ = datums_.empty();
    if (!at_end_)
        after_ = datums_.back().id;
    co_return Result<void>();
}

Async<Result<std::optional<JobLogs::Piece>>> JobLogs::next()
{
    for (;;) {
        if (datums_.empty() && !at_end_) {
            const Result<void> read = co_await next_page();
            if (!read)
                co_return read.error();
        }
        if (at_end_)
            co_return std::optional<Piece>();
        const Datum& datum = datums_.front();
        if (attempt_ > datum.attempt) {
            datums_.pop_front();
            attempt_ = 1;
            continue;
        }
        const AttemptLogName name{datum.job_id, datum.id, attempt_};
        std::string path = jobs_.logs().path(name);
        Result<LogPage> page = co_await jobs_.logs().read(std::move(path), offset_, piece_bytes);
        if (!page)
            co_return page.error();
        offset_ = page->next;
        if (page->chunks.empty()) {
            ++attempt_;
            offset_ = 0;
            continue;
        }
        co_return Piece{datum.id, attempt_, std::move(page->chunks)};
    }
}

} // namespace sluice
