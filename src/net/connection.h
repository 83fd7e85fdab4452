// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http.h"
#include "net/read_buffer.h"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <memory>

namespace sluice {

enum class Io : std::uint8_t {
    ok,
    ended,     // the client has closed its sending side
    broken,    // the connection is of no use any more
    timed_out, // the deadline has passed
};

// One client's socket, what was read ahead from it, and the deadline of what it does now. Used by
// one session coroutine; shared, because a pending read may outlive a cancelled session.
class Connection final : public Peer, public std::enable_shared_from_this<Connection> {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    Connection(asio::ip::tcp::socket socket, std::size_t read_ahead_max);

    const std::string& remote() const { return remote_; }
    ReadBuffer& buffer() { return buffer_; }

    // Reads at least one byte into the buffer, which gets room for `room`.
    Async<Io> read_more(std::size_t room);

    // Writes both parts in one system call when the socket takes them. The deadline of `patience`
    // is for each piece that the client takes.
    Async<Io>
    write(std::string_view first, std::string_view second, std::chrono::milliseconds patience);

    // Reads and drops what the client still sends, so that closing does not destroy the answer
    // that it has not read yet (RFC 9112, section 9.6).
    Async<void> linger(std::chrono::milliseconds limit);

    void close();

    // The deadline for all reading and writing from now on.
    void expire_after(std::chrono::milliseconds limit);
    void never_expire() { deadline_ = TimePoint::max(); }

    // Interrupts the operation under way when the deadline has passed; returns when to ask again.
    TimePoint enforce_deadline(TimePoint now);

    // While idle, a connection may be closed without harm.
    void set_idle(bool idle) { idle_ = idle; }
    void stop();

    // Reads ahead while a handler runs, to see the client leave.
    void start_watching();
    Async<void> stop_watching();

    bool has_left() const override { return left_; }
    bool is_stopping() const override { return stopping_; }

private:
    void attach(Signal& signal) override;
    void detach(Signal& signal) override;
    void read_ahead();
    void read_ahead_ended(const boost::system::error_code& error, std::size_t count);
    void notify();
    Io classify(const boost::system::error_code& error) const;

    asio::ip::tcp::socket socket_;
    std::string remote_;
    ReadBuffer buffer_;
    std::size_t read_ahead_max_;
    TimePoint deadline_ = TimePoint::max();
    bool expired_ = false;
    bool idle_ = false;
    bool stopping_ = false;
    bool left_ = false;
    bool reading_ahead_ = false;
    bool watch_ending_ = false;
    Signal read_ahead_ended_;
    std::vector<Signal*> watchers_;
};

} // namespace sluice
