// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/mailbox.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace sluice {

// A few named threads for work that blocks (files, hashing, user functions). Made, used and
// destroyed on the loop thread; the destructor finishes what was queued and joins.
class WorkerThreads {
public:
    WorkerThreads(asio::any_io_executor executor, std::string name, std::size_t count);
    ~WorkerThreads();
    WorkerThreads(const WorkerThreads&) = delete;
    WorkerThreads& operator=(const WorkerThreads&) = delete;

    // Runs `work` on one of the threads and gives back what it returns or throws. Borrowed things
    // must live until then; cancellation does not end the wait.
    template <class Work>
    Async<std::invoke_result_t<Work&>> run(Work work)
    {
        Job<Work> job(std::move(work));
        co_await job.park([this, &job] { push(job); });
        co_return job.take();
    }

private:
    struct JobBase : Parked {
        virtual void execute() = 0;

    protected:
        ~JobBase() = default;
    };

    template <class Work>
    struct Job final : JobBase {
        using Out = std::invoke_result_t<Work&>;
        static constexpr bool returns = !std::is_void_v<Out>;

        explicit Job(Work given) : work(std::move(given)) {}

        void execute() override
        {
            try {
                if constexpr (returns)
                    result.emplace(work());
                else
                    work();
            } catch (...) {
                failure = std::current_exception();
            }
        }

        Out take()
        {
            if (failure)
                std::rethrow_exception(failure);
            if constexpr (returns)
                return std::move(*result);
        }

        Work work;
        std::optional<std::conditional_t<returns, Out, bool>> result;
        std::exception_ptr failure;
    };

    void push(JobBase& job);
    void loop();

    Mailbox mailbox_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<JobBase*> queue_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

} // namespace sluice
