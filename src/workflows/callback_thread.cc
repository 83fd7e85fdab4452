// SPDX-License-Identifier: Apache-2.0
#include "workflows/callback_thread.h"

#include <algorithm>
#include <condition_variable>
#include <cxxabi.h>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace sluice {

struct CallbackThread::Shared {
    enum class Kind : std::uint8_t { plain, line };
    struct Posted {
        Work work;
        Kind kind = Kind::plain;
    };

    bool post(const std::shared_ptr<Shared>& self, Posted posted);
    void run();
    void close(Clock::duration grace, Clock::duration least);
    void hurry(Clock::time_point until);

private:
    class Leaving;

    Posted next(); // without work: it is over
    void
    wait_for_end(std::unique_lock<std::mutex>& lock, Clock::duration grace, Clock::duration least);

    std::mutex mutex_;
    std::condition_variable posted_;
    std::condition_variable ended_;
    std::deque<Posted> works_;
    std::size_t lines_ = 0;
    bool is_closed_ = false;
    bool is_over_ = false;                               // the thread has nothing left to do
    Clock::time_point until_ = Clock::time_point::max(); // who closes waits no longer
    std::thread thread_;
};

// However the thread ends: somebody may end it in the middle of its work.
class CallbackThread::Shared::Leaving {
public:
    explicit Leaving(Shared& shared) : shared_(shared) {}
    ~Leaving()
    {
        const std::lock_guard lock(shared_.mutex_);
        shared_.is_over_ = true;
        shared_.ended_.notify_all();
    }
    Leaving(const Leaving&) = delete;
    Leaving& operator=(const Leaving&) = delete;

private:
    Shared& shared_;
};

bool CallbackThread::Shared::post(const std::shared_ptr<Shared>& self, Posted posted)
{
    {
        const std::lock_guard lock(mutex_);
        const bool is_line = posted.kind == Kind::line;
        if (is_closed_ || (is_line && lines_ == lines_max))
            return false;
        lines_ += is_line ? 1 : 0;
        works_.push_back(std::move(posted));
        if (!thread_.joinable())
            thread_ = std::thread([self] { self->run(); });
    }
    posted_.notify_one();
    return true;
}

CallbackThread::Shared::Posted CallbackThread::Shared::next()
{
    std::unique_lock lock(mutex_);
    posted_.wait(lock, [this] { return is_closed_ || !works_.empty(); });
    if (works_.empty())
        return {};
    Posted posted = std::move(works_.front());
    works_.pop_front();
    lines_ -= posted.kind == Kind::line ? 1 : 0;
    return posted;
}

void CallbackThread::Shared::run()
{
    const Leaving leaving(*this);
    for (;;) {
        const Posted posted = next();
        if (!posted.work)
            return;
        try {
            posted.work();
        } catch (const abi::__forced_unwind&) {
            throw; // the thread is being ended
        } catch (...) {
            // Nobody is there to hear of it.
        }
    }
}

void CallbackThread::Shared::hurry(Clock::time_point until)
{
    const std::lock_guard lock(mutex_);
    until_ = std::min(until_, until);
    ended_.notify_all();
}

void CallbackThread::Shared::wait_for_end(
    std::unique_lock<std::mutex>& lock, Clock::duration grace, Clock::duration least
)
{
    const Clock::time_point now = Clock::now();
    const bool is_for_ever = grace == Clock::duration::max();
    const Clock::time_point given = is_for_ever ? Clock::time_point::max() : now + grace;
    const auto end = [&] { return std::max(std::min(given, until_), now + least); };
    while (!is_over_ && Clock::now() < end())
        if (end() == Clock::time_point::max())
            ended_.wait(lock);
        else
            ended_.wait_until(lock, end());
}

void CallbackThread::Shared::close(Clock::duration grace, Clock::duration least)
{
    std::thread ended;
    std::deque<Posted> dropped;
    bool is_left = false;
    {
        std::unique_lock lock(mutex_);
        is_closed_ = true;
        posted_.notify_one();
        const bool is_self = thread_.get_id() == std::this_thread::get_id();
        is_left = is_self;
        if (thread_.joinable() && !is_self) {
            wait_for_end(lock, grace, least);
            is_left = !is_over_;
            if (is_left)
                dropped.swap(works_);
        }
        ended.swap(thread_);
    }
    if (!ended.joinable())
        return;
    if (is_left)
        ended.detach();
    else
        ended.join();
}

CallbackThread::CallbackThread() : shared_(std::make_shared<Shared>())
{}

CallbackThread::~CallbackThread()
{
    close();
}

bool CallbackThread::post(Work work)
{
    return shared_->post(shared_, {std::move(work), Shared::Kind::plain});
}

bool CallbackThread::post_line(Work work)
{
    return shared_->post(shared_, {std::move(work), Shared::Kind::line});
}

void CallbackThread::close()
{
    close(Clock::duration::max());
}

void CallbackThread::close(Clock::duration grace, Clock::duration least)
{
    shared_->close(grace, least);
}

void CallbackThread::hurry(Clock::time_point until)
{
    shared_->hurry(until);
}

} // namespace sluice
