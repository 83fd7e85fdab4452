// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/session.h"
#include "store/store_impl.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace sluice {

// A thread with a connection of its own for reads.
class ReaderThread {
public:
    ReaderThread(std::unique_ptr<Session> session, Mailbox& mailbox);
    ~ReaderThread(); // what is queued is finished first
    ReaderThread(const ReaderThread&) = delete;
    ReaderThread& operator=(const ReaderThread&) = delete;

    void push(ReadJob& job); // loop thread
    bool is_idle() const;

private:
    void loop();

    std::unique_ptr<Session> session_;
    Mailbox& mailbox_;
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<ReadJob*> jobs_;
    bool busy_ = false;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace sluice
