// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/circuit_breaker.h"

namespace sluice {

std::optional<CircuitBreaker::Pass> CircuitBreaker::enter(Time now)
{
    if (ask_again_at(now))
        return std::nullopt;
    if (state_ == State::closed)
        return Pass::regular;
    state_ = State::probing;
    return Pass::probe;
}

std::optional<Time> CircuitBreaker::ask_again_at(Time now) const
{
    if (state_ == State::probing)
        return now + limits_.pause; // when the probe fails; when it does not, any time is good
    if (state_ == State::open && now < open_until_)
        return open_until_;
    return std::nullopt;
}

void CircuitBreaker::reached()
{
    state_ = State::closed;
    failures_ = 0;
}

void CircuitBreaker::failed(Pass pass, Time now)
{
    // Tries from before the circuit opened tell nothing new while it is open.
    const bool probe_failed = state_ == State::probing && pass == Pass::probe;
    if (state_ != State::closed && !probe_failed)
        return;
    if (state_ == State::closed && ++failures_ < limits_.failures_max)
        return;
    state_ = State::open;
    open_until_ = now + limits_.pause;
}

void CircuitBreaker::not_tried(Pass pass)
{
    if (state_ == State::probing && pass == Pass::probe)
        state_ = State::open; // its pause is over
}

} // namespace sluice
