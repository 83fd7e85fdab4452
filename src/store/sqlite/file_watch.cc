// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/file_watch.h"

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/inotify.h>
#include <unistd.h>

namespace sluice::sqlite {

Result<std::unique_ptr<FileWatch>>
FileWatch::open(asio::any_io_executor executor, const std::string& path)
{
    const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (descriptor < 0)
        return Error{
            Errc::unavailable, fmt::format("watch '{}': inotify: {}", path, std::strerror(errno))};
    asio::posix::stream_descriptor events(executor, descriptor);
    if (::inotify_add_watch(descriptor, path.c_str(), IN_MODIFY) < 0)
        return Error{Errc::unavailable, fmt::format("watch '{}': {}", path, std::strerror(errno))};
    return std::make_unique<FileWatch>(std::move(events));
}

Async<void> FileWatch::changed()
{
    co_await events_.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    std::array<char, 4096> buffer; // what happened is known already
    while (::read(events_.native_handle(), buffer.data(), buffer.size()) > 0) {
    }
}

} // namespace sluice::sqlite
