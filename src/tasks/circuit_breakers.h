// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"
#include "model/webhook/circuit_breaker.h"
#include "model/webhook/delivery.h"

#include <optional>
#include <string>
#include <unordered_map>

namespace sluice {

// The circuits of all targets ("host:port"). Lives on the loop; the clock and this outlive every
// pass.
class CircuitBreakers {
public:
    struct Limits {
        CircuitBreaker::Limits each;
        std::size_t targets_max = 4096; // that fail at the same time; those beyond have no circuit
        Micros remembered = std::chrono::minutes(10); // failures of a target that nobody tries
    };

    CircuitBreakers(asio::any_io_executor executor, const Clock& clock, const Limits& limits);

    // The permission for one try. Without a word about its end the try did not take place.
    class Pass {
    public:
        Pass(CircuitBreakers& breakers, std::string target, CircuitBreaker::Pass kind);
        ~Pass();
        Pass(Pass&& other) noexcept;
        Pass& operator=(Pass&&) = delete;

        void ended(TryOutcome outcome);

    private:
        CircuitBreakers* breakers_; // nullptr: it has ended
        std::string target_;
        CircuitBreaker::Pass kind_;
    };

    std::optional<Pass> enter(const std::string& target);

    // When it makes sense to ask again; nothing: now.
    std::optional<Time> ask_again_at(const std::string& target) const;

    // Returns at `until`, or when some circuit closes before.
    Async<void> wait(Time until);

private:
    struct Entry {
        CircuitBreaker breaker;
        Time failed_at; // lastly
    };

    void reached(const std::string& target);
    void failed(const std::string& target, CircuitBreaker::Pass kind);
    void not_tried(const std::string& target, CircuitBreaker::Pass kind);
    bool make_room(Time now);

    const Clock& clock_;
    Limits limits_;
    std::unordered_map<std::string, Entry> entries_; // of targets that failed and did not answer
    Signal closed_;
};

} // namespace sluice
