// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/lock_file.h"

#include "base/assert.h"
#include "base/fork_guard.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

namespace sluice::sqlite {

namespace {

constexpr mode_t file_mode = 0644; // as SQLite's own files

struct flock range(std::int64_t byte, short type)
{
    struct flock lock = {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = byte;
    lock.l_len = 1;
    return lock;
}

short lock_type(LockFile::Mode mode)
{
    return mode == LockFile::Mode::shared ? F_RDLCK : F_WRLCK;
}

} // namespace

LockFile::LockFile(std::string path)
    : path_(std::move(path)),
      descriptor_(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, file_mode))
{
    if (descriptor_ < 0)
        throw StoreFailure(
            StoreFailure::Kind::broken,
            {Errc::unavailable,
             fmt::format("lock file '{}' cannot be opened: {}", path_, std::strerror(errno))}
        );
    close_in_children(this, [](const void* object) {
        return static_cast<const LockFile*>(object)->descriptor_;
    });
}

LockFile::~LockFile()
{
    if (no_longer_in_children(this))
        ::close(descriptor_);
}

bool LockFile::try_lock(std::int64_t byte, Mode mode)
{
    struct flock lock = range(byte, lock_type(mode));
    return ::fcntl(descriptor_, F_OFD_SETLK, &lock) == 0;
}

void LockFile::unlock(std::int64_t byte)
{
    struct flock lock = range(byte, F_UNLCK);
    const int result = ::fcntl(descriptor_, F_OFD_SETLK, &lock);
    SLUICE_ASSERT_QUIETLY(result == 0);
}

// The kernel offers no wait with a limit. A lock that is held for one transaction comes within
// milliseconds, so the first steps are short; a stopped holder costs one look per millisecond.
bool LockFile::lock_within(
    std::chrono::milliseconds limit, std::int64_t byte, Mode mode, const BreakOff* break_off
)
{
    using Steady = std::chrono::steady_clock;
    if (try_lock(byte, mode))
        return true;
    const Steady::time_point start = Steady::now();
    for (;;) {
        const auto waited = Steady::now() - start;
        if (waited >= limit || (break_off && break_off->is_given()))
            return false;
        const bool is_short = waited < std::chrono::milliseconds(50);
        std::this_thread::sleep_for(std::chrono::microseconds(is_short ? 50 : 1000));
        if (try_lock(byte, mode))
            return true;
    }
}

bool LockFile::is_locked_elsewhere(std::int64_t byte)
{
    struct flock lock = range(byte, F_WRLCK);
    return ::fcntl(descriptor_, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

std::uint64_t LockFile::number() const
{
    std::uint64_t number = 0;
    return ::pread(descriptor_, &number, sizeof number, 0) == sizeof number ? number : 0;
}

void LockFile::set_number(std::uint64_t number)
{
    [[maybe_unused]] const ssize_t written = ::pwrite(descriptor_, &number, sizeof number, 0);
}

} // namespace sluice::sqlite
