// SPDX-License-Identifier: Apache-2.0
// What a body may be that waits without holding a thread: a coroutine.
//
//     Coro<> fetch(Context& context, TaskHandle& task)
//     {
//         co_await task.after(std::chrono::seconds(5));
//         const int rows = co_await count_rows(context); // a Coro<int> of yours
//         context.set("rows", rows);
//     }
//
// With g++ 12 write one co_await for each statement, and name what it takes first when that is a
// temporary with a destructor of its own, such as a lambda that captures by value: the compiler
// destroys such temporaries twice.
#pragma once

#include <atomic>
#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace sluice::workflows {

template <class T = void>
class Coro;

namespace detail {

// Who is to go on when a coroutine ends. The one that awaits starts it by a plain call, and the
// second of "it has ended" and "the call has returned" decides whether that one waits at all: so a
// loop over coroutines that never wait needs no stack, however it is compiled.
class CoroEnd {
public:
    // Runs `coroutine` until it waits or ends; false when it has ended.
    bool run_until_wait(std::coroutine_handle<> coroutine, std::coroutine_handle<> awaiting)
    {
        awaiting_ = awaiting;
        coroutine.resume();
        return !first_is_over_.exchange(true, std::memory_order_acq_rel);
    }

    void ended() noexcept
    {
        if (first_is_over_.exchange(true, std::memory_order_acq_rel))
            awaiting_.resume();
    }

private:
    std::coroutine_handle<> awaiting_;
    std::atomic<bool> first_is_over_ = false;
};

class CoroPromiseBase {
public:
    struct AtEnd {
        bool await_ready() const noexcept { return false; }
        template <class Promise>
        void await_suspend(std::coroutine_handle<Promise> coroutine) const noexcept
        {
            coroutine.promise().end.ended(); // may destroy the coroutine
        }
        void await_resume() const noexcept {}
    };

    std::suspend_always initial_suspend() const noexcept { return {}; }
    AtEnd final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { failure = std::current_exception(); }

    CoroEnd end;
    std::exception_ptr failure;
};

template <class T>
class CoroPromise : public CoroPromiseBase {
public:
    Coro<T> get_return_object() noexcept;

    template <class U>
    requires std::is_constructible_v<T, U>
    void return_value(U&& result) { result_.emplace(std::forward<U>(result)); }

    T take()
    {
        if (failure)
            std::rethrow_exception(failure);
        return std::move(*result_);
    }

private:
    std::optional<T> result_;
};

template <>
class CoroPromise<void> : public CoroPromiseBase {
public:
    Coro<void> get_return_object() noexcept;
    void return_void() const noexcept {}

    void take() const
    {
        if (failure)
            std::rethrow_exception(failure);
    }
};

} // namespace detail

// A coroutine that begins when it is awaited, and gives a T or an exception to whoever awaits it;
// once. Whoever has the Coro owns the coroutine: it is destroyed with it, also where it stands
// still. Parameters by reference must live until it has ended. It may go on in another thread after
// each wait, never in two at once.
template <class T>
class [[nodiscard]] Coro {
    static_assert(!std::is_reference_v<T>, "give a pointer or a copy back");

public:
    using promise_type = detail::CoroPromise<T>;

    Coro(Coro&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    Coro& operator=(Coro&& other) noexcept
    {
        std::swap(coroutine_, other.coroutine_);
        return *this;
    }
    ~Coro()
    {
        if (coroutine_)
            coroutine_.destroy();
    }

    class Awaiting {
    public:
        explicit Awaiting(std::coroutine_handle<promise_type> coroutine) noexcept
            : coroutine_(coroutine)
        {}

        bool await_ready() const noexcept { return false; }
        bool await_suspend(std::coroutine_handle<> awaiting)
        {
            return coroutine_.promise().end.run_until_wait(coroutine_, awaiting);
        }
        T await_resume() { return coroutine_.promise().take(); }

    private:
        std::coroutine_handle<promise_type> coroutine_;
    };

    Awaiting operator co_await() noexcept { return Awaiting(coroutine_); }

private:
    friend promise_type;
    explicit Coro(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}

    std::coroutine_handle<promise_type> coroutine_;
};

namespace detail {

template <class T>
Coro<T> CoroPromise<T>::get_return_object() noexcept
{
    return Coro<T>(std::coroutine_handle<CoroPromise>::from_promise(*this));
}

inline Coro<void> CoroPromise<void>::get_return_object() noexcept
{
    return Coro<void>(std::coroutine_handle<CoroPromise>::from_promise(*this));
}

} // namespace detail

} // namespace sluice::workflows
