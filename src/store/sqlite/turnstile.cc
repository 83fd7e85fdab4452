// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/turnstile.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace sluice::sqlite {

Turnstile::Turnstile(
    std::string path, std::chrono::milliseconds wait_max, std::shared_ptr<const BreakOff> break_off
)
    : file_(std::move(path)), wait_max_(wait_max), break_off_(std::move(break_off))
{}

Turnstile::~Turnstile()
{
    leave();
}

void Turnstile::lock(std::int64_t byte)
{
    if (file_.lock_within(wait_max_, byte, LockFile::Mode::exclusive, break_off_.get()))
        return;
    std::string detail = fmt::format(
        "another process has been writing for {}: '{}' stays locked", wait_max_, file_.path()
    );
    throw StoreFailure(StoreFailure::Kind::again, {Errc::unavailable, std::move(detail)});
}

void Turnstile::enter()
{
    lock(turn);
    try {
        lock(write);
    } catch (...) {
        file_.unlock(turn);
        throw;
    }
    file_.unlock(turn);
    is_inside_ = true;
}

void Turnstile::leave() noexcept
{
    if (is_inside_)
        file_.unlock(write);
    is_inside_ = false;
}

void Turnstile::pass_gate()
{
    if (!file_.lock_within(wait_max_, gate, LockFile::Mode::shared, break_off_.get()))
        return; // the closer is stopped: reading is harmless, the WAL only grows
    file_.unlock(gate);
}

} // namespace sluice::sqlite
