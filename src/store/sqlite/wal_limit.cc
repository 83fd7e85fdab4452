// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/wal_limit.h"

namespace sluice::sqlite {

namespace {

constexpr int copy_pages = 1000;
constexpr int truncate_pages = (64 << 20) / 4096;     // of SQLite's default page size
constexpr std::chrono::milliseconds readers_wait{25}; // our reads last at most 20

} // namespace

WalLimit::WalLimit(
    Connection& connection, Turnstile& turnstile, std::chrono::milliseconds busy_wait
)
    : connection_(connection), turnstile_(turnstile), busy_wait_(busy_wait)
{
    const auto keep_pages = [](void* self, sqlite3*, const char*, int pages) {
        static_cast<WalLimit*>(self)->pages_ = pages;
        return SQLITE_OK;
    };
    sqlite3_wal_hook(connection.handle(), keep_pages, this); // takes the place of autocheckpoint
    connection.execute("PRAGMA journal_size_limit = 67108864");
}

void WalLimit::after_commit() noexcept
{
    if (pages_ < copy_pages)
        return;
    if (pages_ >= truncate_pages && Steady::now() >= next_truncate_)
        truncate();
    else
        sqlite3_wal_checkpoint_v2(
            connection_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr
        );
}

void WalLimit::truncate() noexcept
{
    if (!turnstile_.close_gate())
        return; // another process is at it
    connection_.set_busy_wait(readers_wait);
    sqlite3_wal_checkpoint_v2(
        connection_.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr
    );
    connection_.set_busy_wait(busy_wait_);
    turnstile_.open_gate();
    next_truncate_ = Steady::now() + std::chrono::seconds(1);
}

} // namespace sluice::sqlite
