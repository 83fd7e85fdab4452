// SPDX-License-Identifier: Apache-2.0
#include "workflows/loop_calls.h"

#include <fmt/format.h>

#include <utility>

namespace sluice {

namespace {

CallError forked_from(pid_t process)
{
    return {
        .kind = CallError::Kind::forked,
        .text = fmt::format(
            "this Runner was made in process {}; a fork does not carry it over: make a new one",
            process
        )};
}

CallError too_many()
{
    return {
        .kind = CallError::Kind::overloaded,
        .text = fmt::format("{} calls wait for their answers already", LoopCalls::calls_max)};
}

// A bug, which the log tells of.
CallError broken_off()
{
    return {.kind = CallError::Kind::broken, .text = "the call broke off"};
}

} // namespace

// Wherever the work comes to its end: in the inbox, before its first line, or at its last.
class LoopCalls::Ending {
public:
    Ending(std::shared_ptr<LoopCalls> calls, std::uint64_t number)
        : calls_(std::move(calls)), number_(number)
    {}
    ~Ending()
    {
        if (!has_answered_)
            calls_->refuse(number_);
    }
    Ending(const Ending&) = delete;
    Ending& operator=(const Ending&) = delete;

    void answered()
    {
        has_answered_ = true;
        calls_->forget(number_);
    }

private:
    std::shared_ptr<LoopCalls> calls_;
    std::uint64_t number_;
    bool has_answered_ = false;
};

std::optional<CallError> LoopCalls::forked() const
{
    return born_.is_here() ? std::nullopt : std::optional(forked_from(born_.process()));
}

std::optional<CallError> LoopCalls::refusal() const
{
    if (std::optional<CallError> error = forked())
        return error; // and the lock may be held by a thread that is not there
    const std::lock_guard lock(mutex_);
    return closed_;
}

void LoopCalls::call(Work work, Refuse refuse)
{
    std::optional<CallError> error = forked();
    std::shared_ptr<Ending> ending; // not under the lock, which its end takes
    if (!error) {
        const std::lock_guard lock(mutex_);
        error = closed_;
        if (!error && calls_.size() >= calls_max)
            error = too_many();
        if (!error) {
            calls_.emplace(++last_number_, std::move(refuse));
            ending = std::make_shared<Ending>(shared_from_this(), last_number_);
            const bool is_taken = inbox_.post([this, ending, work = std::move(work)] {
                scope_.spawn(conduct(ending, work));
            });
            static_cast<void>(is_taken); // else the end of `ending` refuses it
        }
    }
    if (error)
        refuse(*error);
}

Async<void> LoopCalls::conduct(std::shared_ptr<Ending> ending, Work work)
{
    co_await work();
    ending->answered();
}

void LoopCalls::forget(std::uint64_t number)
{
    const std::lock_guard lock(mutex_);
    calls_.erase(number);
}

void LoopCalls::refuse(std::uint64_t number)
{
    Refuse refuse;
    CallError error;
    {
        const std::lock_guard lock(mutex_);
        const auto found = calls_.find(number);
        if (found == calls_.end())
            return;
        refuse = std::move(found->second);
        calls_.erase(found);
        error = closed_.value_or(broken_off());
    }
    refuse(error);
}

void LoopCalls::close(CallError why)
{
    const std::lock_guard lock(mutex_);
    if (!closed_)
        closed_ = std::move(why);
}

void LoopCalls::refuse_all()
{
    std::unordered_map<std::uint64_t, Refuse> calls;
    CallError error;
    {
        const std::lock_guard lock(mutex_);
        calls.swap(calls_);
        error = closed_.value_or(broken_off());
    }
    for (const auto& [number, refuse] : calls)
        refuse(error);
}

std::size_t LoopCalls::size() const
{
    const std::lock_guard lock(mutex_);
    return calls_.size();
}

} // namespace sluice
