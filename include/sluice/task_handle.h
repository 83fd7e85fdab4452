// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sluice/export.h"
#include "sluice/workflow_error.h"

#include <chrono>
#include <coroutine>
#include <functional>
#include <memory>
#include <string>

namespace sluice::workflows {

// What TaskHandle gives to co_await: the body stands still without a thread until it goes on, on
// whichever thread of the Runner. Await it at once, in the body it was made in.
//
// co_await throws TaskStopped when the task is canceled, its time runs out or the Runner stops, and
// whatever the condition has thrown.
class SLUICE_API [[nodiscard]] Wait {
public:
    Wait(Wait&&) noexcept;
    Wait& operator=(Wait&&) = delete;
    ~Wait();

    bool await_ready();
    bool await_suspend(std::coroutine_handle<> body);
    void await_resume();

private:
    friend struct Inside; // of the library
    struct State;
    explicit Wait(std::shared_ptr<State> state) noexcept;

    std::shared_ptr<State> state_;
};

// One attempt at a task, as its body sees it. Borrowed: valid until the body has returned, or, of a
// coroutine, ended. Any thread may call it meanwhile; the blocking waits belong to the body's own.
class SLUICE_API TaskHandle {
public:
    TaskHandle(const TaskHandle&) = delete;
    TaskHandle& operator=(const TaskHandle&) = delete;

    const std::string& run_id() const noexcept;
    const std::string& task_id() const noexcept;  // within the workflow
    const std::string& workflow() const noexcept; // its namespace: "public::embedded::orders"
    int attempt() const noexcept;                 // from 1

    // The task was canceled, its time ran out, or the Runner stops: return soon. What the body does
    // from then on is not accepted.
    bool cancelled() const noexcept;

    // Whether the body counts among RunnerOptions::max_concurrent_tasks now.
    bool is_slot_held() const noexcept;

    // Blocks until the condition is true. It is asked at once, then each interval, by the body's
    // thread. Unless it is true at once the slot is given to others meanwhile, and the clock of the
    // timeout stands still after a few seconds. When the program ends meanwhile, the body runs
    // again from its start. TaskStopped; whatever the condition throws.
    void defer_until(
        const std::function<bool()>& condition,
        std::chrono::milliseconds interval = std::chrono::seconds(1)
    );

    // Blocks for so long and keeps the slot. TaskStopped, at once.
    void sleep_for(std::chrono::milliseconds duration);

    // As defer_until, for a coroutine: it holds no thread. The condition may be asked on any thread
    // of the Runner.
    Wait until(
        std::function<bool()> condition,
        std::chrono::milliseconds interval = std::chrono::seconds(1)
    );

    // As sleep_for, for a coroutine.
    Wait after(std::chrono::milliseconds duration);

    // Until somebody calls `resume`, from any thread, once or more: what joins other asynchronous
    // code. `start` is called when the body stands still, and may call it at once. It keeps the
    // slot. After TaskStopped a call of `resume` does nothing, at whatever time it comes.
    Wait resumed(std::function<void(std::function<void()> resume)> start);

private:
    friend struct Inside; // of the library
    struct Attempt;
    explicit TaskHandle(Attempt& attempt) noexcept;
    ~TaskHandle();

    Attempt& attempt_;
};

} // namespace sluice::workflows
