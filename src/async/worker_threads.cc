// SPDX-License-Identifier: Apache-2.0
#include "async/worker_threads.h"

#include <pthread.h>

namespace sluice {

WorkerThreads::WorkerThreads(asio::any_io_executor executor, std::string name, std::size_t count)
    : mailbox_(std::move(executor))
{
    for (std::size_t i = 0; i < count; ++i) {
        std::thread& thread = threads_.emplace_back([this] { loop(); });
        pthread_setname_np(thread.native_handle(), name.substr(0, 15).c_str());
    }
}

WorkerThreads::~WorkerThreads()
{
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    arrived_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
}

void WorkerThreads::push(JobBase& job)
{
    mailbox_.expect();
    {
        std::lock_guard lock(mutex_);
        queue_.push_back(&job);
    }
    arrived_.notify_one();
}

void WorkerThreads::loop()
{
    std::unique_lock lock(mutex_);
    for (;;) {
        arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty())
            return;
        JobBase* job = queue_.front();
        queue_.pop_front();
        lock.unlock();
        job->execute();
        Parked* const done = job;
        mailbox_.deliver({&done, 1});
        lock.lock();
    }
}

} // namespace sluice
