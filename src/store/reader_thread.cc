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

bool ReaderThread::is_idle() const
{
    std::lock_guard lock(mutex_);
    return !busy_ && jobs_.empty();
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
        busy_ = true;
        lock.unlock();
        if (!job->is_given_up())
            run_read(*session_, *job);
        lock.lock();
        busy_ = false;
        lock.unlock();
        Parked* const done = job; // it may be gone as soon as it is delivered
        mailbox_.deliver({&done, 1});
        lock.lock();
    }
}

} // namespace sluice
