// SPDX-License-Identifier: Apache-2.0
#include "sluice/task_handle.h"

#include "sdk/workflows/durations.h"
#include "sdk/workflows/inside.h"
#include "sdk/workflows/waits.h"

#include <algorithm>
#include <utility>

namespace sluice::workflows {

struct TaskHandle::Attempt {
    std::shared_ptr<BodyAttempt> body;

    const BodyFacts& facts() const noexcept { return body->facts(); }

    void throw_if_stopped() const
    {
        if (body->is_stopped())
            throw TaskStopped();
    }
};

namespace {

Micros interval_of(std::chrono::milliseconds interval)
{
    return micros_of(std::max(interval, std::chrono::milliseconds(1)));
}

// Whoever catches what a condition has thrown goes on with a slot, as any body.
void wait_until(BodyAttempt& body, const std::function<bool()>& condition, Micros interval)
{
    body.give_slot_back();
    try {
        do {
            if (!body.sleep(interval))
                throw TaskStopped();
        } while (!condition());
    } catch (...) {
        body.take_slot();
        throw;
    }
    if (!body.take_slot())
        throw TaskStopped();
}

} // namespace

TaskHandle::TaskHandle(Attempt& attempt) noexcept : attempt_(attempt)
{}

TaskHandle::~TaskHandle() = default;

const std::string& TaskHandle::run_id() const noexcept
{
    return attempt_.facts().run_id;
}

const std::string& TaskHandle::task_id() const noexcept
{
    return attempt_.facts().task_id;
}

const std::string& TaskHandle::workflow() const noexcept
{
    return attempt_.facts().workflow;
}

int TaskHandle::attempt() const noexcept
{
    return attempt_.facts().attempt;
}

bool TaskHandle::cancelled() const noexcept
{
    return attempt_.body->is_stopped();
}

bool TaskHandle::is_slot_held() const noexcept
{
    return attempt_.body->is_slot_held();
}

void TaskHandle::defer_until(
    const std::function<bool()>& condition, std::chrono::milliseconds interval
)
{
    attempt_.throw_if_stopped();
    if (!condition())
        wait_until(*attempt_.body, condition, interval_of(interval));
}

void TaskHandle::sleep_for(std::chrono::milliseconds duration)
{
    attempt_.throw_if_stopped();
    if (duration > std::chrono::milliseconds(0) && !attempt_.body->sleep(micros_of(duration)))
        throw TaskStopped();
}

Wait TaskHandle::until(std::function<bool()> condition, std::chrono::milliseconds interval)
{
    return Inside::wait(
        wait_for_condition(attempt_.body, std::move(condition), interval_of(interval))
    );
}

Wait TaskHandle::after(std::chrono::milliseconds duration)
{
    return Inside::wait(wait_for_time(attempt_.body, micros_of(duration)));
}

Wait TaskHandle::resumed(std::function<void(std::function<void()> resume)> start)
{
    return Inside::wait(wait_for_call(attempt_.body, std::move(start)));
}

struct Inside::HeldHandle::Parts {
    explicit Parts(std::shared_ptr<BodyAttempt> body) : attempt{std::move(body)}, handle(attempt) {}

    TaskHandle::Attempt attempt;
    TaskHandle handle;
};

Inside::HeldHandle::HeldHandle(std::shared_ptr<BodyAttempt> body)
    : parts_(std::make_unique<Parts>(std::move(body)))
{}

Inside::HeldHandle::~HeldHandle() = default;

TaskHandle& Inside::HeldHandle::get()
{
    return parts_->handle;
}

} // namespace sluice::workflows
