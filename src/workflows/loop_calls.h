// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "async/inbox.h"
#include "async/task_scope.h"
#include "base/fork_guard.h"
#include "workflows/pending.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace sluice {

// The way of a program's calls to the loop of a Host: each is answered, whatever becomes of the
// Host. Any thread, also after the loop's end; made by make_shared for all who may call.
class LoopCalls : public std::enable_shared_from_this<LoopCalls> {
public:
    // Started on the loop. What it borrows lives there until the scope has ended.
    using Work = std::function<Async<void>()>;

    // Tells who waits why there is no answer; nothing when there was one.
    using Refuse = std::function<void(const CallError&)>;

    static constexpr std::size_t calls_max = 100'000; // under way; more are overloaded

    // Both are borrowed until close().
    LoopCalls(Inbox& inbox, TaskScope& scope) : inbox_(inbox), scope_(scope) {}

    // Starts `work` on the loop, in the order of the calls. `refuse` is called instead, or when the
    // work ends in any other way than by itself.
    void call(Work work, Refuse refuse);

    // The same for work that has an answer.
    template <class T>
    PendingPtr<T> ask(std::function<Async<Result<T>>()> work);

    // Why nothing can be asked of this process's Host; nothing: it can.
    std::optional<CallError> refusal() const;

    // The same, but for the end of the Host.
    std::optional<CallError> forked() const;

    // From now on calls are refused so. The first reason counts.
    void close(CallError why);

    // Answers all that are under way, on the thread of the loop; after close().
    void refuse_all();

    std::size_t size() const; // calls under way

private:
    class Ending;

    Async<void> conduct(std::shared_ptr<Ending> ending, Work work);
    void forget(std::uint64_t number);
    void refuse(std::uint64_t number);

    template <class T>
    static Async<void> answer(PendingPtr<T> pending, std::function<Async<Result<T>>()> work);

    const Birthplace born_;
    Inbox& inbox_;
    TaskScope& scope_;
    mutable std::mutex mutex_;
    std::unordered_map<std::uint64_t, Refuse> calls_;
    std::uint64_t last_number_ = 0;
    std::optional<CallError> closed_;
};

template <class T>
Async<void> LoopCalls::answer(PendingPtr<T> pending, std::function<Async<Result<T>>()> work)
{
    Result<T> result = co_await work();
    if (result)
        pending->answer(CallResult<T>(boost::system::in_place_value, *std::move(result)));
    else
        pending->answer(to_call_error(std::move(result).error()));
}

template <class T>
PendingPtr<T> LoopCalls::ask(std::function<Async<Result<T>>()> work)
{
    const auto pending = std::make_shared<Pending<T>>();
    call(
        [pending, work = std::move(work)] { return answer<T>(pending, work); },
        [pending](const CallError& error) { pending->answer(error); }
    );
    return pending;
}

} // namespace sluice
