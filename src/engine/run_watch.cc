// SPDX-License-Identifier: Apache-2.0
#include "engine/run_watch.h"

#include "store/store.h"

namespace sluice {

namespace {

// The safety net for a notification that was lost between processes.
constexpr std::chrono::steady_clock::duration look_again = std::chrono::seconds(5);

// Takes a waiter off the list, however the wait ends.
class Listed {
public:
    Listed(std::multimap<RunId, Signal*>& list, RunId run, Signal& signal)
        : list_(list), place_(list.emplace(run, &signal))
    {}
    ~Listed() { list_.erase(place_); }
    Listed(const Listed&) = delete;
    Listed& operator=(const Listed&) = delete;

private:
    std::multimap<RunId, Signal*>& list_;
    std::multimap<RunId, Signal*>::iterator place_;
};

} // namespace

Async<Result<Reads::Run>> RunWatch::wait(RunId run, std::chrono::steady_clock::duration limit)
{
    const auto deadline = std::chrono::steady_clock::now() + limit;
    Signal signal(executor_);
    const Listed listed(waiting_, run, signal);
    for (;;) {
        auto look = [run](Reads& reads) { return reads.run(run); };
        Result<std::optional<Reads::Run>> found = co_await store_.read(std::move(look));
        if (!found)
            co_return found.error();
        if (!*found)
            co_return Error{Errc::not_found, "no such run"};
        const auto now = std::chrono::steady_clock::now();
        if (is_final((*found)->row.state) || now >= deadline)
            co_return std::move(**found);
        co_await signal.wait_for(std::min(look_again, deadline - now));
    }
}

void RunWatch::changed(const Changes& changes)
{
    if (changes.from_outside)
        for (const auto& [run, signal] : waiting_)
            signal->notify();
    for (const RunId run : changes.final_runs) {
        const auto [first, last] = waiting_.equal_range(run);
        for (auto waiting = first; waiting != last; ++waiting)
            waiting->second->notify();
    }
}

} // namespace sluice
