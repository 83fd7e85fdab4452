// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/wal_limit.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::sqlite {

namespace {

constexpr int copy_pages = 1000;
constexpr int page_bytes = 4096;                      // SQLite's default
constexpr std::chrono::milliseconds readers_wait{25}; // our reads last at most 20

} // namespace

WalLimit::WalLimit(Connection& connection, Turnstile& turnstile, Limits limits)
    : connection_(connection),
      turnstile_(turnstile),
      limits_(limits),
      pages_max_(static_cast<int>(limits.bytes_max / page_bytes)),
      pages_at_next_truncate_(pages_max_)
{
    const auto keep_pages = [](void* self, sqlite3*, const char*, int pages) {
        static_cast<WalLimit*>(self)->pages_ = pages;
        return SQLITE_OK;
    };
    sqlite3_wal_hook(connection.handle(), keep_pages, this); // takes the place of autocheckpoint
    connection.execute(fmt::format("PRAGMA journal_size_limit = {}", limits.bytes_max));
}

void WalLimit::after_commit() noexcept
{
    if (pages_ < pages_max_)
        pages_at_next_truncate_ = pages_max_;
    if (pages_ < copy_pages)
        pages_at_next_copy_ = copy_pages; // the log has begun anew
    if (pages_ >= pages_at_next_truncate_)
        truncate();
    else if (pages_ >= pages_at_next_copy_)
        copy();
}

// A reader may keep pages from being copied. Each attempt sorts the whole log: it is not made again
// before the log has grown by an eighth.
void WalLimit::copy() noexcept
{
    int in_log = 0;
    int copied = 0;
    const int code = sqlite3_wal_checkpoint_v2(
        connection_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &copied
    );
    const bool all = code == SQLITE_OK && copied == in_log;
    pages_at_next_copy_ = all ? copy_pages : pages_ + std::max(copy_pages, pages_ / 8);
}

void WalLimit::truncate() noexcept
{
    if (!turnstile_.close_gate())
        return; // another process is at it
    connection_.set_busy_wait(readers_wait);
    sqlite3_wal_checkpoint_v2(
        connection_.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr
    );
    connection_.set_busy_wait(limits_.busy_wait);
    turnstile_.open_gate();
    pages_at_next_truncate_ = pages_ + pages_max_ / 4;
}

} // namespace sluice::sqlite
