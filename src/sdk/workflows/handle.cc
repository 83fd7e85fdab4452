// SPDX-License-Identifier: Apache-2.0
#include "sdk/workflows/conversions.h"
#include "sdk/workflows/durations.h"
#include "sdk/workflows/inside.h"
#include "sdk/workflows/waiting.h"
#include "sluice/runner.h"

#include <utility>

namespace sluice::workflows {

struct Handle::State {
    FollowedRunPtr run;
};

Handle::Handle(std::shared_ptr<State> state) noexcept : state_(std::move(state))
{}

const std::string& Handle::id() const noexcept
{
    return state_->run->id();
}

RunResult Handle::wait() const
{
    const PendingPtr<SharedReport> end = state_->run->end();
    wait_long(*end);
    return Inside::result(value_or_throw(end->get()));
}

std::optional<RunResult> Handle::wait_for(std::chrono::milliseconds limit) const
{
    constexpr std::chrono::milliseconds longest = std::chrono::hours(24 * 365);
    const auto now = std::chrono::steady_clock::now();
    const Deadline deadline = limit < longest ? Deadline(now + limit) : Deadline();
    const PendingPtr<SharedReport> end = state_->run->end();
    if (!wait_long(*end, deadline))
        return std::nullopt;
    return Inside::result(value_or_throw(end->get()));
}

RunStatus Handle::status() const
{
    return public_status(answer_of(state_->run->status()));
}

void Handle::cancel(std::string reason) const
{
    answer_of(state_->run->cancel(std::move(reason)));
}

Handle Inside::handle(FollowedRunPtr run)
{
    return Handle(std::make_shared<Handle::State>(Handle::State{std::move(run)}));
}

} // namespace sluice::workflows
