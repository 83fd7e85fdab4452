// SPDX-License-Identifier: Apache-2.0
#include "workflows/attempt_impl.h"

#include "workflows/body_outcome.h"

#include <algorithm>
#include <cxxabi.h>
#include <iterator>
#include <utility>

namespace sluice {

namespace {

constexpr Micros wait_max = std::chrono::hours(24 * 365);

AttemptImpl::Clock::time_point after(Micros duration)
{
    return AttemptImpl::Clock::now() + std::clamp(duration, Micros::zero(), wait_max);
}

class Current {
public:
    explicit Current(BodyAttempt* attempt) : before_(set_current_attempt(attempt)) {}
    ~Current() { set_current_attempt(before_); }
    Current(const Current&) = delete;
    Current& operator=(const Current&) = delete;

private:
    BodyAttempt* before_;
};

} // namespace

AttemptImpl::AttemptImpl(Parts parts)
    : door_(std::move(parts.door)),
      body_(std::move(parts.body)),
      workflow_(std::move(parts.workflow)),
      facts_(std::move(parts.facts)),
      input_(std::move(parts.input))
{}

AttemptImpl::~AttemptImpl()
{
    if (is_left_ && !is_over_)
        door_->is_back();
}

// --- on a body thread -----------------------------------------------------------------------

bool AttemptImpl::begin()
{
    {
        const std::lock_guard lock(mutex_);
        works_.push_back([this] { start(); });
        is_working_ = true;
    }
    return send();
}

void AttemptImpl::start()
{
    {
        const std::lock_guard lock(mutex_);
        if (is_done_)
            return;
        has_begun_ = true;
    }
    Result<Input> made = input();
    if (!made)
        return finish(failed_outcome(made.error().detail));
    if (!made->verdict.holds)
        return finish(skipped_outcome(std::move(made->verdict.reason)));
    facts_.input = std::move(made->text);
    input_ = {};
    bool is_late = false;
    {
        const std::lock_guard lock(mutex_);
        is_late = is_done_;
        has_met_body_ = !is_late;
    }
    if (is_late)
        return finish(returned_outcome("the attempt was stopped"));
    body_->begin(shared_from_this());
}

// A definition may have changed since the run began: names are for errors only.
Result<Input> AttemptImpl::input() const
{
    Result<Input> made = make_input(input_, {});
    if (made)
        return made;
    const std::vector<WorkflowTask>& tasks = workflow_->registration->definition.tasks;
    const auto task = std::ranges::find(tasks, facts_.task_id, &WorkflowTask::id);
    if (task == tasks.end())
        return made;
    return make_input(input_, task->dependencies);
}

void AttemptImpl::call(const Work& work)
{
    try {
        work();
    } catch (const abi::__forced_unwind&) {
        finish(returned_outcome("the thread of the body was ended"));
        throw;
    } catch (...) {
        finish(thrown_outcome());
    }
}

void AttemptImpl::work_one()
{
    const Current current(this);
    {
        Work work;
        {
            const std::lock_guard lock(mutex_);
            work = std::move(works_.front());
            works_.pop_front();
        }
        call(work);
    }
    {
        const std::lock_guard lock(mutex_);
        is_working_ = !works_.empty();
        if (!is_working_)
            return;
    }
    send();
}

// Others come between two works of one attempt.
bool AttemptImpl::send()
{
    auto self = std::static_pointer_cast<AttemptImpl>(shared_from_this());
    if (door_->to_threads([self] { self->work_one(); }))
        return true;
    std::deque<Work> dropped;
    const std::lock_guard lock(mutex_);
    dropped.swap(works_);
    is_working_ = false;
    return false;
}

void AttemptImpl::enqueue(std::vector<Work> works)
{
    {
        const std::lock_guard lock(mutex_);
        std::ranges::move(works, std::back_inserter(works_));
        if (works_.empty() || std::exchange(is_working_, true))
            return;
    }
    send();
}

// --- of the body, any thread ----------------------------------------------------------------

bool AttemptImpl::is_slot_held() const noexcept
{
    const std::lock_guard lock(mutex_);
    return slot_ == Slot::held;
}

void AttemptImpl::end(BodyEnd how)
{
    finish(outcome_of(std::move(how), facts_));
}

// The end of an attempt that was stopped before is heard by nobody: it was given back, or is not
// ours any more.
void AttemptImpl::finish(Outcome outcome)
{
    std::vector<Work> works;
    Work unused;
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(is_over_, true))
            return;
        outcome_ = is_done_ ? returned_outcome("the attempt was stopped") : std::move(outcome);
        is_done_ = true;
        works = wind_up();
        unused.swap(on_stop_);
        if (is_left_)
            door_->is_back();
    }
    changed_.notify_all();
    enqueue(std::move(works));
    news();
}

bool AttemptImpl::sleep(Micros duration)
{
    const Clock::time_point end = after(duration);
    std::unique_lock lock(mutex_);
    return !changed_.wait_until(lock, end, [this] { return is_done_.load(); });
}

void AttemptImpl::give_slot_back()
{
    {
        const std::lock_guard lock(mutex_);
        if (is_done_ || slot_ != Slot::held || !door_->begin_waiting())
            return;
        slot_ = Slot::given;
    }
    news();
}

bool AttemptImpl::take_slot()
{
    std::unique_lock lock(mutex_);
    if (slot_ == Slot::given && !is_done_) {
        slot_ = Slot::wanted;
        lock.unlock();
        news();
        lock.lock();
    }
    changed_.wait(lock, [this] { return is_done_ || slot_ == Slot::held; });
    return !is_done_;
}

void AttemptImpl::post(Work work)
{
    std::vector<Work> works;
    works.push_back(std::move(work));
    enqueue(std::move(works));
}

void AttemptImpl::post_after(Micros duration, Work work)
{
    {
        const std::lock_guard lock(mutex_);
        if (!is_done_)
            later_.push_back({after(duration), std::exchange(work, nullptr)});
    }
    if (work)
        post(std::move(work));
    else
        news();
}

void AttemptImpl::post_with_slot(Work work)
{
    {
        const std::lock_guard lock(mutex_);
        if (!is_done_ && slot_ != Slot::held) {
            slot_ = Slot::wanted;
            with_slot_.push_back(std::exchange(work, nullptr));
        }
    }
    if (work)
        post(std::move(work));
    else
        news();
}

void AttemptImpl::on_stop(Work work)
{
    bool is_due = false;
    {
        const std::lock_guard lock(mutex_);
        if (!is_done_)
            on_stop_.swap(work); // the former one goes outside the lock
        else
            is_due = work && !is_over_;
    }
    if (is_due)
        post(std::move(work));
}

// --- of the executor ------------------------------------------------------------------------

void AttemptImpl::news()
{
    if (has_news_.exchange(true))
        return;
    auto self = std::static_pointer_cast<AttemptImpl>(shared_from_this());
    door_->to_loop([self] {
        self->has_news_ = false;
        if (self->on_news_)
            self->on_news_();
    });
}

AttemptImpl::Look AttemptImpl::look(Clock::time_point now)
{
    Look seen;
    std::vector<Work> due;
    {
        const std::lock_guard lock(mutex_);
        seen.outcome = std::exchange(outcome_, std::nullopt);
        seen.has_begun = has_begun_;
        seen.slot = slot_;
        const auto rest = std::ranges::stable_partition(later_, [&](const Later& later) {
                              return later.at <= now;
                          }).begin();
        std::transform(later_.begin(), rest, std::back_inserter(due), [](Later& later) {
            return std::move(later.work);
        });
        later_.erase(later_.begin(), rest);
        for (const Later& later : later_)
            seen.next = std::min(seen.next.value_or(later.at), later.at);
    }
    enqueue(std::move(due));
    return seen;
}

bool AttemptImpl::is_over() const
{
    const std::lock_guard lock(mutex_);
    return is_over_;
}

bool AttemptImpl::has_met_body() const
{
    const std::lock_guard lock(mutex_);
    return has_met_body_;
}

std::vector<BodyAttempt::Work> AttemptImpl::wind_up()
{
    std::vector<Work> works;
    for (Later& later : std::exchange(later_, {}))
        works.push_back(std::move(later.work));
    std::ranges::move(std::exchange(with_slot_, {}), std::back_inserter(works));
    return works;
}

void AttemptImpl::slot_is_back()
{
    std::vector<Work> works;
    {
        const std::lock_guard lock(mutex_);
        if (slot_ == Slot::held)
            return;
        slot_ = Slot::held;
        door_->end_waiting();
        works.swap(with_slot_);
    }
    changed_.notify_all();
    enqueue(std::move(works));
}

void AttemptImpl::stop()
{
    std::vector<Work> works;
    {
        const std::lock_guard lock(mutex_);
        if (is_done_.exchange(true))
            return;
        works = wind_up();
        if (on_stop_)
            works.push_back(std::exchange(on_stop_, nullptr));
    }
    changed_.notify_all();
    enqueue(std::move(works));
}

void AttemptImpl::leave()
{
    on_news_ = nullptr;
    const std::lock_guard lock(mutex_);
    if (slot_ != Slot::held)
        door_->end_waiting();
    is_left_ = has_begun_ && !is_over_;
    if (is_left_)
        door_->leave_behind();
}

} // namespace sluice
