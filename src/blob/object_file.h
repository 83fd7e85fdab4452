// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/os.h"
#include "base/result.h"

#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>

// The local files of transfers between buckets and disks. Every call blocks: for worker threads.

namespace sluice {

// A new file that an object is written to, piece by piece. Several threads may write at a time,
// after the first piece, which creates it.
class TargetFile {
public:
    explicit TargetFile(std::string path) : path_(std::move(path)) {}

    // Errors: conflict when the file exists already, and those of the disk.
    Result<void> write(std::uint64_t offset, std::string_view bytes);

    // After the last piece; also makes an empty file. Fine when it is closed.
    Result<void> close();

    bool is_closed() const { return is_closed_; }

    // Removes what was written; writing may begin again.
    void discard();

private:
    Result<void> create();

    std::string path_;
    Fd file_;
    bool is_created_ = false;
    bool is_closed_ = false;
};

// A file that is given away. It must not change meanwhile.
class SourceFile {
public:
    // Errors: invalid unless it is a regular file, and those of the disk.
    static Result<SourceFile> open(std::string path);

    std::uint64_t size() const { return size_; }

    // Errors: conflict when the file has become shorter.
    Result<std::shared_ptr<const std::string>>
    read(std::uint64_t offset, std::uint64_t count) const;

    // Errors: conflict when it has another size or modification time than at first.
    Result<void> check_unchanged() const;

private:
    SourceFile(std::string path, Fd file) : path_(std::move(path)), file_(std::move(file)) {}

    Error changed() const;

    std::string path_;
    Fd file_;
    std::uint64_t size_ = 0;
    timespec modified_{};
};

} // namespace sluice
