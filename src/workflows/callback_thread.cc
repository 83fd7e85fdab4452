// SPDX-License-Identifier: Apache-2.0
#include "workflows/callback_thread.h"

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
    void close();

private:
    Posted next(); // without work: it is over

    std::mutex mutex_;
    std::condition_variable posted_;
    std::deque<Posted> works_;
    std::size_t lines_ = 0;
    bool is_closed_ = false;
    std::thread thread_;
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

void CallbackThread::Shared::close()
{
    std::thread ended;
    {
        const std::lock_guard lock(mutex_);
        is_closed_ = true;
        ended.swap(thread_);
    }
    posted_.notify_one();
    if (ended.get_id() == std::this_thread::get_id())
        ended.detach();
    else if (ended.joinable())
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
    shared_->close();
}

} // namespace sluice
