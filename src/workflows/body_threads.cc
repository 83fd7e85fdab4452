// SPDX-License-Identifier: Apache-2.0
#include "workflows/body_threads.h"

#include <algorithm>
#include <condition_variable>
#include <cxxabi.h>
#include <deque>
#include <list>
#include <mutex>
#include <pthread.h>
#include <system_error>
#include <thread>
#include <utility>

namespace sluice {

struct BodyThreads::Shared {
    using Threads = std::list<std::thread>;

    explicit Shared(std::size_t max_given) : max(max_given) {}

    static void run(const std::shared_ptr<Shared>& shared, Threads::iterator self);
    bool start(const std::shared_ptr<Shared>& self);
    bool work_on(std::unique_lock<std::mutex>& lock);
    void
    wait_for_all(std::unique_lock<std::mutex>& lock, Clock::duration grace, Clock::duration least);

    const std::size_t max;
    std::mutex mutex;
    std::condition_variable posted;
    std::condition_variable ended;
    std::deque<Work> works;
    Threads threads;
    Threads over; // have nothing left to do but to be joined
    std::size_t sleeping = 0;
    std::size_t working = 0;
    bool is_closed = false;
    Clock::time_point until = Clock::time_point::max(); // who closes waits no longer
};

namespace {

void call(const BodyThreads::Work& work)
{
    try {
        work();
    } catch (const abi::__forced_unwind&) {
        throw; // somebody ends this thread
    } catch (...) {
    }
}

} // namespace

// A thread leaves when it is told to, or when somebody ends it in the middle of its work.
void BodyThreads::Shared::run(const std::shared_ptr<Shared>& shared, Threads::iterator self)
{
    struct Leaving {
        Shared& shared;
        Threads::iterator self;
        ~Leaving()
        {
            const std::lock_guard lock(shared.mutex);
            shared.over.splice(shared.over.end(), shared.threads, self);
            shared.ended.notify_all();
        }
    };
    const Leaving leaving{*shared, self};
    pthread_setname_np(pthread_self(), "sluice-body");
    std::unique_lock lock(shared->mutex);
    while (shared->work_on(lock)) {
    }
    lock.unlock();
}

// False: it is closed, and nothing is left.
bool BodyThreads::Shared::work_on(std::unique_lock<std::mutex>& lock)
{
    if (works.empty()) {
        if (is_closed)
            return false;
        ++sleeping;
        posted.wait(lock);
        --sleeping;
        return true;
    }
    ++working;
    struct Done {
        Shared& shared;
        std::unique_lock<std::mutex>& lock;
        ~Done()
        {
            lock.lock();
            --shared.working;
        }
    };
    const Done done{*this, lock};
    const Work work = std::move(works.front()); // goes before the lock is taken again
    works.pop_front();
    lock.unlock();
    call(work);
    return true;
}

// Under the lock, which the new thread takes first. False: the system has no more.
bool BodyThreads::Shared::start(const std::shared_ptr<Shared>& self)
{
    const auto thread = threads.emplace(threads.end());
    try {
        *thread = std::thread([self, thread] { run(self, thread); });
    } catch (const std::system_error&) {
        threads.erase(thread);
        return false;
    }
    return true;
}

BodyThreads::BodyThreads(std::size_t max) : shared_(std::make_shared<Shared>(max))
{}

BodyThreads::~BodyThreads()
{
    close(Clock::duration::zero());
}

bool BodyThreads::post(Work work)
{
    Shared& shared = *shared_;
    const std::lock_guard lock(shared.mutex);
    if (shared.is_closed)
        return false;
    shared.works.push_back(std::move(work));
    // Whoever sleeps has been woken for those that stand before.
    if (shared.works.size() <= shared.sleeping) {
        shared.posted.notify_one();
        return true;
    }
    if (shared.threads.size() >= shared.max || shared.start(shared_) || !shared.threads.empty())
        return true;
    work = std::move(shared.works.back());
    shared.works.pop_back();
    return false;
}

std::size_t BodyThreads::busy() const
{
    const std::lock_guard lock(shared_->mutex);
    return shared_->working;
}

void BodyThreads::hurry(Clock::time_point until)
{
    const std::lock_guard lock(shared_->mutex);
    shared_->until = std::min(shared_->until, until);
    shared_->ended.notify_all();
}

void BodyThreads::Shared::wait_for_all(
    std::unique_lock<std::mutex>& lock, Clock::duration grace, Clock::duration least
)
{
    const Clock::time_point now = Clock::now();
    const auto end = [&] { return std::max(std::min(now + grace, until), now + least); };
    while (!threads.empty() && Clock::now() < end())
        ended.wait_until(lock, end());
    until = Clock::time_point::max();
}

std::size_t BodyThreads::close(Clock::duration grace, Clock::duration least)
{
    Shared& shared = *shared_;
    std::deque<Work> dropped;
    Shared::Threads over;
    std::size_t left = 0;
    {
        std::unique_lock lock(shared.mutex);
        shared.is_closed = true;
        shared.posted.notify_all();
        shared.wait_for_all(lock, grace, least);
        dropped.swap(shared.works);
        shared.ended.wait(lock, [&] { return shared.threads.size() == shared.working; });
        over.swap(shared.over);
        left = shared.threads.size();
        for (std::thread& thread : shared.threads)
            if (thread.joinable())
                thread.detach();
    }
    for (std::thread& thread : over)
        if (thread.joinable())
            thread.join();
    return left;
}

} // namespace sluice
