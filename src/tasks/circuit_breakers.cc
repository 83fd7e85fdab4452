// SPDX-License-Identifier: Apache-2.0
#include "tasks/circuit_breakers.h"

#include <utility>

namespace sluice {

CircuitBreakers::CircuitBreakers(
    asio::any_io_executor executor, const Clock& clock, const Limits& limits
)
    : clock_(clock), limits_(limits), closed_(std::move(executor))
{}

CircuitBreakers::Pass::Pass(
    CircuitBreakers& breakers, std::string target, CircuitBreaker::Pass kind
)
    : breakers_(&breakers), target_(std::move(target)), kind_(kind)
{}

CircuitBreakers::Pass::Pass(Pass&& other) noexcept
    : breakers_(std::exchange(other.breakers_, nullptr)),
      target_(std::move(other.target_)),
      kind_(other.kind_)
{}

CircuitBreakers::Pass::~Pass()
{
    if (breakers_)
        breakers_->not_tried(target_, kind_);
}

void CircuitBreakers::Pass::ended(TryOutcome outcome)
{
    CircuitBreakers& breakers = *std::exchange(breakers_, nullptr);
    switch (outcome) {
    case TryOutcome::answered:
        return breakers.reached(target_);
    case TryOutcome::unreachable:
    case TryOutcome::timed_out:
        return breakers.failed(target_, kind_);
    case TryOutcome::refused:
        return breakers.not_tried(target_, kind_);
    }
}

std::optional<CircuitBreakers::Pass> CircuitBreakers::enter(const std::string& target)
{
    std::optional<CircuitBreaker::Pass> kind = CircuitBreaker::Pass::regular;
    if (const auto entry = entries_.find(target); entry != entries_.end())
        kind = entry->second.breaker.enter(clock_.now());
    if (!kind)
        return std::nullopt;
    return std::optional<Pass>(std::in_place, *this, target, *kind);
}

std::optional<Time> CircuitBreakers::ask_again_at(const std::string& target) const
{
    const auto entry = entries_.find(target);
    if (entry == entries_.end())
        return std::nullopt;
    return entry->second.breaker.ask_again_at(clock_.now());
}

Async<void> CircuitBreakers::wait(Time until)
{
    return closed_.wait_for(until - clock_.now());
}

void CircuitBreakers::reached(const std::string& target)
{
    const auto entry = entries_.find(target);
    if (entry == entries_.end())
        return;
    const bool was_closed = entry->second.breaker.is_closed();
    entries_.erase(entry);
    if (!was_closed)
        closed_.notify();
}

void CircuitBreakers::failed(const std::string& target, CircuitBreaker::Pass kind)
{
    const Time now = clock_.now();
    if (!entries_.contains(target) && !make_room(now))
        return;
    Entry& entry = entries_.try_emplace(target, CircuitBreaker(limits_.each), now).first->second;
    entry.breaker.failed(kind, now);
    entry.failed_at = now;
}

void CircuitBreakers::not_tried(const std::string& target, CircuitBreaker::Pass kind)
{
    const auto entry = entries_.find(target);
    if (entry == entries_.end())
        return;
    entry->second.breaker.not_tried(kind);
    if (kind == CircuitBreaker::Pass::probe)
        closed_.notify(); // one of those that wait may be the probe now
}

// Those that nobody has tried for long are forgotten.
bool CircuitBreakers::make_room(Time now)
{
    if (entries_.size() < limits_.targets_max)
        return true;
    std::erase_if(entries_, [&](const auto& entry) {
        const auto& [breaker, failed_at] = entry.second;
        return !breaker.is_probing() && failed_at + limits_.remembered < now;
    });
    return entries_.size() < limits_.targets_max;
}

} // namespace sluice
