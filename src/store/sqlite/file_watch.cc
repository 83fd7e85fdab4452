// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/file_watch.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace sluice::sqlite {

Result<std::unique_ptr<FileWatch>>
FileWatch::start(const std::string& path, std::function<void()> on_write)
{
    std::unique_ptr<FileWatch> watch(new FileWatch);
    watch->events_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    watch->stop_ = ::eventfd(0, EFD_CLOEXEC);
    if (watch->events_ < 0 || watch->stop_ < 0 ||
        ::inotify_add_watch(watch->events_, path.c_str(), IN_MODIFY) < 0)
        return Error{Errc::unavailable, fmt::format("watch '{}': {}", path, std::strerror(errno))};
    watch->thread_ =
        std::thread([self = watch.get(), on_write = std::move(on_write)] { self->run(on_write); });
    return watch;
}

FileWatch::~FileWatch()
{
    if (thread_.joinable()) {
        ::eventfd_write(stop_, 1);
        thread_.join();
    }
    if (events_ >= 0)
        ::close(events_);
    if (stop_ >= 0)
        ::close(stop_);
}

void FileWatch::run(const std::function<void()>& on_write)
{
    pollfd sources[] = {{events_, POLLIN, 0}, {stop_, POLLIN, 0}};
    for (;;) {
        if (::poll(sources, std::size(sources), -1) < 0)
            continue; // a signal
        if (sources[1].revents != 0)
            return;
        std::array<char, 4096> buffer; // what happened is known already
        while (::read(events_, buffer.data(), buffer.size()) > 0) {
        }
        on_write();
    }
}

} // namespace sluice::sqlite
