// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workflows/body_attempt.h"

#include <atomic>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

namespace sluice::workflows {

// How a coroutine stands still: what co_await of a Wait comes to. Its functions are called by works
// of the attempt, one after the other, but for `resume` of wait_for_call().
class Waiting : public std::enable_shared_from_this<Waiting> {
public:
    explicit Waiting(std::shared_ptr<BodyAttempt> body) : body_(std::move(body)) {}
    virtual ~Waiting() = default;

    // Whether there is nothing to wait for. Throws what a condition throws.
    virtual bool is_over() = 0;

    // Sees to it that the coroutine goes on later. After this it may be gone.
    void begin(std::coroutine_handle<> coroutine);

    // Throws what ended the wait: TaskStopped, or what a condition has thrown.
    void end();

    // Whoever awaits is gone.
    void forget() noexcept { coroutine_ = nullptr; }

protected:
    virtual void begin() = 0;

    BodyAttempt& body() const { return *body_; }
    void fail(std::exception_ptr failure) { failure_ = std::move(failure); }
    BodyAttempt::Work go_on(); // a work

private:
    std::shared_ptr<BodyAttempt> body_;
    std::coroutine_handle<> coroutine_;
    std::exception_ptr failure_;
};

std::shared_ptr<Waiting> wait_for_condition(
    std::shared_ptr<BodyAttempt> body, std::function<bool()> condition, Micros interval
);
std::shared_ptr<Waiting> wait_for_time(std::shared_ptr<BodyAttempt> body, Micros duration);
std::shared_ptr<Waiting> wait_for_call(
    std::shared_ptr<BodyAttempt> body, std::function<void(std::function<void()> resume)> start
);

} // namespace sluice::workflows
