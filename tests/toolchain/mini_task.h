// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <set>
#include <utility>

namespace sluice::toolchain {

// The smallest lazy coroutine type that works, so that what misbehaves is the compiler.
template <class T>
class Task {
public:
    struct promise_type {
        std::optional<T> value;
        std::coroutine_handle<> awaiter = std::noop_coroutine();

        struct Final {
            bool await_ready() noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept
            {
                return self.promise().awaiter;
            }
            void await_resume() noexcept {}
        };

        Task get_return_object()
        {
            return Task(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        std::suspend_always initial_suspend() noexcept { return {}; }
        Final final_suspend() noexcept { return {}; }
        void return_value(T result) { value.emplace(std::move(result)); }
        void unhandled_exception() { std::terminate(); }
    };

    explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    ~Task()
    {
        if (handle_)
            handle_.destroy();
    }

    bool await_ready() { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter)
    {
        handle_.promise().awaiter = awaiter;
        return handle_;
    }
    T await_resume() { return std::move(*handle_.promise().value); }

    std::coroutine_handle<promise_type> handle() { return handle_; }

private:
    std::coroutine_handle<promise_type> handle_;
};

inline std::coroutine_handle<> paused;

// A real suspension: run() goes on.
struct Pause {
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> handle) { paused = handle; }
    void await_resume() {}
};

template <class T>
T run(Task<T> task)
{
    task.handle().resume();
    while (!task.handle().done())
        std::exchange(paused, {}).resume();
    return task.await_resume();
}

// Knows which of its kind are alive, so that one that is destroyed twice, or never, is noticed.
class Witness {
public:
    Witness() { born(); }
    Witness(const Witness&) { born(); }
    Witness(Witness&& other) noexcept : heap_(std::move(other.heap_)) { born(); }
    ~Witness() { all_well_ &= alive_.erase(this) == 1; }

    bool is_whole() const { return heap_ && *heap_ == 7; }

    static bool all_well() { return all_well_ && alive_.empty(); }

private:
    void born() { all_well_ &= alive_.insert(this).second; }

    std::unique_ptr<int> heap_ = std::make_unique<int>(7);

    static inline std::set<const Witness*> alive_;
    static inline bool all_well_ = true;
};

} // namespace sluice::toolchain
