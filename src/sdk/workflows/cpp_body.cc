// SPDX-License-Identifier: Apache-2.0
#include "sdk/workflows/cpp_body.h"

#include "sdk/workflows/body_failure.h"
#include "sdk/workflows/inside.h"
#include "sdk/workflows/retry_policy.h"

#include <fmt/format.h>

#include <coroutine>
#include <exception>
#include <optional>

namespace sluice::workflows {

namespace {

void warn(const BodyFacts& facts, const std::string& line)
{
    if (facts.warn)
        facts.warn(fmt::format("{}::{}: {}", facts.workflow, facts.task_id, line));
}

// Calls a function of the program whose errors are only logged.
template <class Call>
void call_or_warn(const BodyFacts& facts, std::string_view what, Call call)
{
    try {
        call();
    } catch (...) {
        warn(facts, fmt::format("{}: {}", what, body_failure().text));
    }
}

void tell_failure(
    const CppTask& task, const BodyFacts& facts, const std::string& error, const Context& input
)
{
    if (!task.on_failure)
        return;
    call_or_warn(facts, "on_failure", [&] { task.on_failure(facts.task_id, error, input); });
}

// One attempt; it lives until the body has ended.
class CppRun {
public:
    CppRun(std::shared_ptr<const CppTask> task, std::shared_ptr<BodyAttempt> attempt)
        : task_(std::move(task)), attempt_(std::move(attempt)), handle_(attempt_)
    {}

    const CppTask& task() const { return *task_; }
    BodyAttempt& attempt() const { return *attempt_; }

    Context& take_input()
    {
        input_ = Inside::stored_context(facts().input, "the input");
        context_ = input_;
        return context_;
    }

    void call() { task_->body.function()(take_input(), handle_.get()); }

    // Called once: a lambda of the program lives in the task, which we keep.
    Coro<>& coroutine()
    {
        Context& context = take_input();
        return coroutine_.emplace(task_->body.coroutine()(context, handle_.get()));
    }

    void succeed();
    void fail(const BodyFailure& failure);

private:
    const BodyFacts& facts() const { return attempt_->facts(); }
    std::optional<Micros> retry_after() const;

    std::shared_ptr<const CppTask> task_;
    std::shared_ptr<BodyAttempt> attempt_;
    Inside::HeldHandle handle_;
    Context input_;
    Context context_;
    std::optional<Coro<>> coroutine_; // borrows all of the above
};

using CppRunPtr = std::shared_ptr<CppRun>;

// Callbacks hear of results that count: of an attempt that was stopped nothing is accepted, and its
// timeout is told by timed_out().
void CppRun::succeed()
{
    std::string output = Inside::context_text(
        context_, fmt::format("the context of task '{}'", facts().task_id),
        facts().context_bytes_max
    );
    if (!attempt_->is_stopped()) {
        if (task_->checkpoint)
            task_->checkpoint(context_);
        if (task_->on_success)
            call_or_warn(facts(), "on_success", [this] {
                task_->on_success(facts().task_id, context_);
            });
    }
    attempt_->end({.kind = BodyEnd::Kind::done, .output = std::move(output)});
}

void CppRun::fail(const BodyFailure& failure)
{
    BodyEnd end{
        .kind = BodyEnd::Kind::failed, .error = failure.text, .is_transient = failure.is_transient};
    if (!attempt_->is_stopped()) {
        end.retry_after = retry_after();
        tell_failure(*task_, facts(), failure.text, input_);
    }
    attempt_->end(std::move(end));
}

std::optional<Micros> CppRun::retry_after() const
{
    const Retry& retry = task_->retry;
    if (retry.backoff.kind() != Backoff::Kind::custom)
        return std::nullopt;
    std::optional<Micros> delay;
    call_or_warn(facts(), "the function of the backoff", [&] {
        delay = with_jitter(retry, custom_delay(retry, facts().attempt));
    });
    return delay;
}

// A coroutine that nobody awaits: it begins at once, and its frame goes when it ends.
struct Driver {
    struct promise_type {
        Driver get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const { throw; }
    };
};

// Runs what there is to do, and the end that follows from it: also that of a checkpoint.
template <class Work>
void finish_by(CppRun& run, Work work)
{
    std::optional<BodyFailure> failure;
    try {
        work();
    } catch (...) {
        failure = body_failure();
    }
    if (failure)
        run.fail(*failure);
}

Driver drive(CppRunPtr run)
{
    std::optional<BodyFailure> failure;
    try {
        Coro<>& coroutine = run->coroutine();
        co_await coroutine;
    } catch (...) {
        failure = body_failure();
    }
    if (failure)
        run->fail(*failure);
    else
        finish_by(*run, [&run] { run->succeed(); });
}

} // namespace

void CppBody::begin(std::shared_ptr<BodyAttempt> attempt)
{
    CppRunPtr run = std::make_shared<CppRun>(task_, std::move(attempt));
    if (task_->body.coroutine()) {
        drive(std::move(run));
        return;
    }
    finish_by(*run, [&run] {
        run->call();
        run->succeed();
    });
}

void CppBody::timed_out(const BodyFacts& facts, const std::string& error)
{
    call_or_warn(facts, "on_failure", [&] {
        tell_failure(*task_, facts, error, Inside::stored_context(facts.input, "the input"));
    });
}

} // namespace sluice::workflows
