// SPDX-License-Identifier: Apache-2.0
#include "workflows/running_body.h"

#include "engine/outage.h"
#include "engine/retry_pause.h"
#include "store/store.h"
#include "workflows/body_outcome.h"

#include <algorithm>
#include <utility>

namespace sluice {

namespace {

constexpr int reason_reads_max = 8;

void nothing()
{}

// The text with which the database has ended this attempt because its time ran out; empty: it ended
// in another way, or has not.
std::string timeout_text(Reads& reads, TaskId id, int attempt)
{
    for (const AttemptRow& row : reads.attempts(id))
        if (row.attempt == attempt)
            return row.end == AttemptEnd::timed_out ? row.error : std::string();
    const std::optional<Reads::Task> task = reads.task(id);
    const bool has_failed = task && task->done && task->done->attempt == attempt &&
                            task->done->outcome == TaskState::failed;
    return has_failed && task->done->error == timeout_error ? task->done->error : std::string();
}

} // namespace

BodyExecutor::Running::Running(
    Parts& parts, const Leased& task, Stop& stop, std::shared_ptr<AttemptImpl> attempt,
    std::shared_ptr<TaskBody> body
)
    : parts_(parts),
      task_(task),
      stop_(stop),
      attempt_(std::move(attempt)),
      body_(std::move(body)),
      news_(parts.needs.loop)
{
    ++parts_.running;
    parts_.all.insert(this);
    attempt_->tell([this] {
        news_.notify();
        if (deferral_ && attempt_->is_over())
            deferral_->break_off();
    });
    stop_.on_request([this] { stopped(); });
    stop_.on_abandon([this] { news_.notify(); });
}

BodyExecutor::Running::~Running()
{
    stop_.on_request(nothing);
    stop_.on_abandon(nothing);
    attempt_->leave();
    parts_.all.erase(this);
    --parts_.running;
    if (is_overdue_)
        --parts_.overdue;
}

void BodyExecutor::Running::stopped()
{
    stopped_at_ = Clock::now();
    if (!attempt_->is_over()) {
        is_overdue_ = true;
        ++parts_.overdue;
    }
    attempt_->stop();
    if (deferral_)
        deferral_->break_off();
    news_.notify();
}

// The program hears of a timeout, whatever its body comes to; before that, execute() goes on.
bool BodyExecutor::Running::owes_reason() const
{
    return stop_.requested() && !stop_.is_abandoned() && !knows_reason_ && attempt_->has_met_body();
}

std::optional<Outcome> BodyExecutor::Running::look()
{
    now_ = Clock::now();
    seen_ = attempt_->look(now_);
    if (seen_.outcome)
        outcome_ = std::move(seen_.outcome);
    if (owes_reason())
        return std::nullopt;
    if (outcome_)
        return std::move(outcome_);
    if (stop_.requested() && !seen_.has_begun)
        return returned_outcome("the attempt was stopped before it began");
    if (stop_.is_abandoned() && now_ >= *stopped_at_ + parts_.options.stop_patience)
        return returned_outcome("the worker has ended");
    return std::nullopt;
}

bool BodyExecutor::Running::is_to_act() const
{
    if (stop_.requested())
        return owes_reason();
    switch (seen_.slot) {
    case Slot::wanted:
        return true;
    case Slot::given:
        return !is_deferred() || deferral_->due().value_or(Clock::time_point::max()) <= now_;
    case Slot::held:
        break;
    }
    return false;
}

Async<void> BodyExecutor::Running::act()
{
    if (stop_.requested())
        return learn_reason();
    if (seen_.slot == Slot::wanted)
        return take_slot();
    if (is_deferred())
        return deferral_->write();
    give_slot();
    return rest();
}

Async<void> BodyExecutor::Running::rest()
{
    std::optional<Clock::time_point> next = seen_.next;
    const auto keep_earlier = [&](Clock::time_point time) {
        next = std::min(next.value_or(time), time);
    };
    if (is_deferred() && deferral_->due())
        keep_earlier(*deferral_->due());
    if (stop_.is_abandoned())
        keep_earlier(*stopped_at_ + parts_.options.stop_patience);
    if (!next)
        return news_.wait();
    return news_.wait_for(std::max(*next - Clock::now(), Clock::duration::zero()));
}

void BodyExecutor::Running::give_slot()
{
    if (!deferral_)
        deferral_.emplace(
            parts_.needs.loop, parts_.needs.store, task_, stop_, parts_.worker,
            parts_.options.defer_after, parts_.log
        );
    deferral_->begin();
}

// A body that has taken its slot back before anybody heard of it has never left it.
Async<void> BodyExecutor::Running::take_slot()
{
    Deferral::End end = Deferral::End::slot_is_back;
    if (is_deferred())
        end = co_await deferral_->end();
    if (end == Deferral::End::slot_is_back)
        attempt_->slot_is_back();
    else if (end == Deferral::End::lost)
        attempt_->stop();
}

// An attempt is stopped for several reasons, by this process or another one: only the database
// knows whether its time ran out.
Async<void> BodyExecutor::Running::learn_reason()
{
    for (int i = 0; i < reason_reads_max && owes_reason(); ++i) {
        const auto body = [id = task_.task, attempt = task_.attempt](Reads& reads) {
            return timeout_text(reads, id, attempt);
        };
        const Result<std::string> text = co_await parts_.needs.store.read(body);
        if (!text && is_retryable(text.error().code)) {
            co_await news_.wait_for(retry_pause);
            continue;
        }
        if (!text)
            warn_unless_away(parts_.log, "read why an attempt was stopped", text.error());
        else if (!text->empty())
            parts_.needs.callbacks.post([body = body_, attempt = attempt_, error = *text] {
                body->timed_out(attempt->facts(), error);
            });
        break;
    }
    knows_reason_ = true;
}

} // namespace sluice
