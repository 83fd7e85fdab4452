// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/break_off.h"
#include "store/failure.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace sluice::sqlite {

// A file whose bytes are locks between processes, and between several of these objects in one
// process: open file description locks, which closing another descriptor of the file does not drop
// (as it drops fcntl's classic locks), and which end with the process: children of fork would share
// them, so guarded ones give them up (base/fork_guard.h). Never one of the database's own files:
// SQLite's locks on those are of the classic kind.
class LockFile {
public:
    enum class Mode : std::uint8_t { shared, exclusive };

    // Opens the file, or makes it. Throws broken.
    explicit LockFile(std::string path);
    ~LockFile();
    LockFile(const LockFile&) = delete;
    LockFile& operator=(const LockFile&) = delete;

    bool try_lock(std::int64_t byte, Mode mode);
    void unlock(std::int64_t byte);

    // Waits at most `limit`, or until it is broken off; false when the lock is still another's.
    bool lock_within(
        std::chrono::milliseconds limit, std::int64_t byte, Mode mode,
        const BreakOff* break_off = nullptr
    );

    // True when another LockFile, of whatever process, holds a lock on the byte.
    bool is_locked_elsewhere(std::int64_t byte);

    // A number that the file holds beside its locks; 0 at first. Writing it wakes whoever watches
    // the file (FileWatch). A number that cannot be written stays: only wake-ups hang on it.
    std::uint64_t number() const;
    void set_number(std::uint64_t number);

    const std::string& path() const { return path_; }

private:
    const std::string path_;
    int descriptor_;
};

} // namespace sluice::sqlite
