// SPDX-License-Identifier: Apache-2.0
#include "store/reader_thread.h"

#include "store/writer.h"

#include <pthread.h>

namespace sluice {

ReaderThread::ReaderThread(std::unique_ptr<Session> session, Mailbox& mailbox)
    : session_(std::move(session)), mailbox_(mailbox)
{
    thread_ = std::thread([this] { loop(); });
    pthread_setname_np(thread_.native_handle(), "store-reader");
}

ReaderThread::~ReaderThread()
{
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    arrived_.notify_all();
    thread_.join();
}

void ReaderThread::push(ReadJob& job)
{
    mailbox_.expect();
    {
        std::lock_guard lock(mutex_);
        jobs_.push_back(&job);
    }
    arrived_.notify_one();
}

void ReaderThread::loop()
{
    std::unique_lock lock(mutex_);
    for (;;) {
        arrived_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        if (jobs_.empty())
            return;
        ReadJob* job = jobs_.front();
        jobs_.pop_front();
        lock.unlock();
        run_read(*session_, *job);
        Parked* const done = job;
        mailbox_.deliver({&done, 1});
        lock.lock();
    }
}

} // namespace sluice
