// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace sluice::sqlite {

// Calls back when somebody writes to a file, on a thread of its own; many writes may be one call.
// The destructor returns when no call is running or will come.
class FileWatch {
public:
    // The file must exist. Errors (unavailable): the system has no watches left.
    static Result<std::unique_ptr<FileWatch>>
    start(const std::string& path, std::function<void()> on_write);

    ~FileWatch();
    FileWatch(const FileWatch&) = delete;
    FileWatch& operator=(const FileWatch&) = delete;

private:
    FileWatch() = default;
    void run(const std::function<void()>& on_write);

    int events_ = -1;
    int stop_ = -1;
    std::thread thread_;
};

} // namespace sluice::sqlite
