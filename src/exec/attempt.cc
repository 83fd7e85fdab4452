// SPDX-License-Identifier: Apache-2.0
#include "exec/attempt.h"

#include <csignal>
#include <cstring>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice {

namespace {

constexpr std::size_t tail_bytes = 8u << 10;
constexpr std::size_t read_bytes = 256u << 10;    // what a pipe of ours holds
constexpr std::size_t collect_bytes = 256u << 10; // per stream and turn
// More than a pipe holds. A writer that survives the end (it got the pipe through a socket) must
// not keep us here for ever.
constexpr std::size_t last_bytes = 4u << 20;

} // namespace

Attempt::Attempt(
    const Command& command, Stragglers stragglers, const Clock& clock, MemoryKills& kills
)
    : command_(command),
      stragglers_(stragglers),
      clock_(clock),
      kills_(kills),
      log_(command.log_file)
{}

bool Attempt::watch(int fd)
{
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    return ::epoll_ctl(events_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

Result<void> Attempt::start()
{
    auto process = CommandProcess::start(command_, stragglers_);
    if (!process)
        return process.error();
    process_ = std::move(*process);
    events_ = Fd{::epoll_create1(EPOLL_CLOEXEC)};
    timer_ = Fd{::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)};
    const bool good = events_ && timer_ && watch(timer_.get()) && watch(process_->output()) &&
                      watch(process_->error()) && watch(process_->control()) &&
                      watch(process_->keeper());
    if (!good)
        return Error{
            Errc::unavailable, fmt::format("cannot watch a command: {}", os_message(errno))};
    return {};
}

void Attempt::stop()
{
    process_->order(KeeperOrder::terminate);
    const auto grace = std::max(command_.grace, std::chrono::milliseconds(1));
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(grace);
    itimerspec limit{};
    limit.it_value.tv_sec = seconds.count();
    limit.it_value.tv_nsec = std::chrono::nanoseconds(grace - seconds).count();
    ::timerfd_settime(timer_.get(), 0, &limit, nullptr);
}

void Attempt::drain(int fd, OutputStream stream, std::size_t bytes_max)
{
    std::size_t taken = 0;
    while (taken < bytes_max) {
        buffer_.resize(read_bytes);
        const ssize_t size = ::read(fd, buffer_.data(), buffer_.size());
        if (size < 0)
            return;
        if (size == 0) {
            ::epoll_ctl(events_.get(), EPOLL_CTL_DEL, fd, nullptr);
            return;
        }
        taken += size;
        std::string bytes(buffer_.data(), size);
        remember_tail(bytes);
        collected_.push_back({clock_.now(), stream, std::move(bytes)});
    }
}

void Attempt::remember_tail(std::string_view bytes)
{
    if (bytes.size() > tail_bytes)
        bytes.remove_prefix(bytes.size() - tail_bytes);
    if (tail_.size() + bytes.size() > tail_bytes)
        tail_.erase(0, tail_.size() + bytes.size() - tail_bytes);
    tail_ += bytes;
}

void Attempt::collect()
{
    epoll_event events[8];
    const int count = ::epoll_wait(events_.get(), events, std::size(events), 0);
    for (int i = 0; i < count; ++i) {
        const int fd = events[i].data.fd;
        if (fd == process_->output()) {
            drain(fd, OutputStream::out, collect_bytes);
        } else if (fd == process_->error()) {
            drain(fd, OutputStream::err, collect_bytes);
        } else if (fd == process_->control()) {
            if (auto report = process_->take_report(); !report)
                ::epoll_ctl(events_.get(), EPOLL_CTL_DEL, fd, nullptr);
            else if (!report_)
                report_ = report; // the first one says what happened
        } else if (fd == process_->keeper()) {
            over_ = true;
        } else {
            process_->order(KeeperOrder::kill);
            ::epoll_ctl(events_.get(), EPOLL_CTL_DEL, fd, nullptr);
        }
    }
}

void Attempt::write_output()
{
    const bool keeps_log = !command_.log_file.empty();
    for (const LogChunk& chunk : collected_) {
        if (keeps_log)
            log_.append(chunk.time, chunk.stream, chunk.bytes);
        if (command_.forward)
            command_.forward(chunk.stream, chunk.bytes);
    }
    collected_.clear();
    log_.flush();
}

Result<CommandEnd> Attempt::finish()
{
    process_->reap();
    drain(process_->output(), OutputStream::out, last_bytes);
    drain(process_->error(), OutputStream::err, last_bytes);
    if (!report_)
        report_ = process_->take_report();
    write_output();
    log_.close();
    Result<CommandEnd> end = ended();
    process_.reset();
    if (end) {
        end->output_tail = std::move(tail_);
        end->log_problem = log_.problem();
    }
    return end;
}

Result<CommandEnd> Attempt::ended()
{
    if (!report_)
        return end_of(SIGKILL); // somebody killed the keeper, and the command with it
    if (report_->event == KeeperEvent::ended)
        return end_of(report_->value);
    return process_->explain(*report_);
}

CommandEnd Attempt::end_of(int status)
{
    if (WIFEXITED(status)) {
        const int code = WEXITSTATUS(status);
        return {
            .kind = EndKind::exited,
            .code = code,
            .error = code == 0 ? "" : fmt::format("exit status {}", code),
        };
    }
    const int signal = WTERMSIG(status);
    const char* const name = ::sigabbrev_np(signal);
    CommandEnd end{
        .kind = EndKind::signaled,
        .code = signal,
        .error = fmt::format("killed by signal {} (SIG{})", signal, name ? name : "?"),
    };
    if (signal == SIGKILL && kills_.any_new()) {
        end.kind = EndKind::out_of_memory;
        end.error = "killed because the machine or its group ran out of memory";
    }
    return end;
}

} // namespace sluice
