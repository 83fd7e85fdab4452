// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"

#include <cstdint>
#include <optional>

namespace sluice {

// Whether a target is tried at all. Only failures to reach it count, never what it answers.
//
//   closed    every try is let through; so many failures in a row open it
//   open      none is, until the pause is over
//   probing   one is under way; its end closes the circuit or opens it again
class CircuitBreaker {
public:
    struct Limits {
        int failures_max = 20; // in a row
        Micros pause = std::chrono::seconds(15);
    };

    // What a try was let through as; to be given back with its end.
    enum class Pass : std::uint8_t { regular, probe };

    explicit CircuitBreaker(const Limits& limits) : limits_(limits) {}

    // Nothing: not now; `ask_again_at` says when.
    std::optional<Pass> enter(Time now);
    std::optional<Time> ask_again_at(Time now) const; // nothing: now

    void reached(); // it answered, whatever it was: also to a try from before the circuit opened
    void failed(Pass pass, Time now);
    void not_tried(Pass pass); // whoever comes next is the probe

    bool is_closed() const { return state_ == State::closed; }
    bool is_probing() const { return state_ == State::probing; }

private:
    enum class State : std::uint8_t { closed, open, probing };

    Limits limits_;
    State state_ = State::closed;
    int failures_ = 0; // in a row, while closed
    Time open_until_;
};

} // namespace sluice
