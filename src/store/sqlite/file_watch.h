// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/result.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>
#include <string>

namespace sluice::sqlite {

// Wakes the loop when somebody writes to a file. Given sqlite_lock_path() it tells of each commit,
// also of this process: ask Session::written_by_others(). (The database's own log would tell too
// early: its last write comes before the commit can be seen.) What foreign programs write is not
// told. Lives on the loop thread.
class FileWatch {
public:
    // The file must exist. Errors (unavailable): the system has no watches left.
    static Result<std::unique_ptr<FileWatch>>
    open(asio::any_io_executor executor, const std::string& path);

    explicit FileWatch(asio::posix::stream_descriptor events) : events_(std::move(events)) {}

    // Returns when the file was written since the last return, or since open(); many writes may be
    // one return. One caller at a time.
    Async<void> changed();

private:
    asio::posix::stream_descriptor events_;
};

} // namespace sluice::sqlite
