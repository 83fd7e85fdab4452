// SPDX-License-Identifier: Apache-2.0
#include "sdk/workflows/waits.h"

#include "sdk/workflows/inside.h"
#include "sluice/task_handle.h"

namespace sluice::workflows {

void Waiting::begin(std::coroutine_handle<> coroutine)
{
    coroutine_ = coroutine;
    begin();
}

void Waiting::end()
{
    if (failure_)
        std::rethrow_exception(failure_);
    if (body_->is_stopped())
        throw TaskStopped();
}

BodyAttempt::Work Waiting::go_on()
{
    return [self = shared_from_this()] {
        if (const std::coroutine_handle<> coroutine = std::exchange(self->coroutine_, nullptr))
            coroutine.resume();
    };
}

namespace {

class ConditionWait final : public Waiting {
public:
    ConditionWait(
        std::shared_ptr<BodyAttempt> body, std::function<bool()> condition, Micros interval
    )
        : Waiting(std::move(body)), condition_(std::move(condition)), interval_(interval)
    {}

    bool is_over() override { return body().is_stopped() || condition_(); }

private:
    void begin() override
    {
        body().give_slot_back();
        look_later();
    }

    void look_later()
    {
        body().post_after(interval_, [this, self = shared_from_this()] { look(); });
    }

    void look()
    {
        try {
            if (!is_over())
                return look_later();
        } catch (...) {
            fail(std::current_exception());
        }
        body().post_with_slot(go_on());
    }

    std::function<bool()> condition_;
    Micros interval_;
};

class TimeWait final : public Waiting {
public:
    TimeWait(std::shared_ptr<BodyAttempt> body, Micros duration)
        : Waiting(std::move(body)), duration_(duration)
    {}

    bool is_over() override { return duration_ <= Micros(0) || body().is_stopped(); }

private:
    void begin() override { body().post_after(duration_, go_on()); }

    Micros duration_;
};

// Goes on by the first call of `resume`, or by a stop.
class CallWait final : public Waiting {
public:
    using Start = std::function<void(std::function<void()>)>;

    CallWait(std::shared_ptr<BodyAttempt> body, Start start)
        : Waiting(std::move(body)), start_(std::move(start))
    {}

    bool is_over() override { return body().is_stopped(); }

private:
    void begin() override
    {
        const std::shared_ptr<Waiting> kept = shared_from_this();
        body().on_stop([this, kept] {
            if (!is_called_.exchange(true))
                go_on()();
        });
        try {
            std::exchange(start_, nullptr)([this, kept] { call(); });
        } catch (...) {
            fail(std::current_exception());
            call();
        }
    }

    void call()
    {
        if (is_called_.exchange(true))
            return;
        body().on_stop({});
        body().post(go_on());
    }

    Start start_;
    std::atomic<bool> is_called_ = false;
};

} // namespace

std::shared_ptr<Waiting> wait_for_condition(
    std::shared_ptr<BodyAttempt> body, std::function<bool()> condition, Micros interval
)
{
    return std::make_shared<ConditionWait>(std::move(body), std::move(condition), interval);
}

std::shared_ptr<Waiting> wait_for_time(std::shared_ptr<BodyAttempt> body, Micros duration)
{
    return std::make_shared<TimeWait>(std::move(body), duration);
}

std::shared_ptr<Waiting> wait_for_call(
    std::shared_ptr<BodyAttempt> body, std::function<void(std::function<void()> resume)> start
)
{
    return std::make_shared<CallWait>(std::move(body), std::move(start));
}

struct Wait::State {
    std::shared_ptr<Waiting> waiting;
};

Wait::Wait(std::shared_ptr<State> state) noexcept : state_(std::move(state))
{}

Wait::Wait(Wait&&) noexcept = default;

Wait::~Wait()
{
    if (state_)
        state_->waiting->forget();
}

bool Wait::await_ready()
{
    return state_->waiting->is_over();
}

// What is made of the coroutine may be gone when this returns, the Wait with it.
bool Wait::await_suspend(std::coroutine_handle<> body)
{
    const std::shared_ptr<State> kept = state_;
    kept->waiting->begin(body);
    return true;
}

void Wait::await_resume()
{
    state_->waiting->end();
}

Wait Inside::wait(std::shared_ptr<Waiting> waiting)
{
    return Wait(std::make_shared<Wait::State>(Wait::State{std::move(waiting)}));
}

} // namespace sluice::workflows
