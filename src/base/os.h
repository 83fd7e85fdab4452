// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <dirent.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace sluice {

// Owns a file descriptor.
class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept
    {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Fd() { reset(); }

    int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }
    explicit operator bool() const { return fd_ >= 0; }
    void reset();

private:
    int fd_ = -1;
};

// Closes what opendir() has opened.
struct CloseDir {
    void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDir>;

// The words of an `errno` value, in lower case: "no such file or directory".
std::string os_message(int code);

// A path on one line for people: bytes that cannot be shown are replaced, newlines escaped.
std::string printable_path(std::string_view path);

// What a failed system call means: "cannot <action> '<path>': no space left on device". Codes:
// not_found, unauthorized, conflict, unavailable (full disk, no descriptors, …), else invalid.
Error os_error(std::string_view action, std::string_view path, int code);

} // namespace sluice
