// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "model/webhook/circuit_breaker.h"
#include "net/http.h"

#include <optional>

namespace sluice {

class Store;
class StoreMetrics;

// The circuit in front of the database: after so many requests in a row that the database did not
// answer, further ones are answered with 503 at once, until one that is let through after a pause
// is served. Lives on the loop; what it is given outlives it.
class StoreBreaker {
public:
    struct Options {
        bool is_on = true;
        CircuitBreaker::Limits limits{.failures_max = 5, .pause = std::chrono::seconds(1)};
    };

    StoreBreaker(Store& store, StoreMetrics& metrics, const Options& options);

    // The permission for one request. Without a word about its end it was not served.
    class Pass {
    public:
        Pass(StoreBreaker& breaker, CircuitBreaker::Pass kind) : breaker_(&breaker), kind_(kind) {}
        ~Pass();
        Pass(Pass&& other) noexcept : breaker_(other.breaker_), kind_(other.kind_)
        {
            other.breaker_ = nullptr;
        }
        Pass& operator=(Pass&&) = delete;

        void answered(int status);

    private:
        StoreBreaker* breaker_; // nullptr: it has ended
        CircuitBreaker::Pass kind_;
    };

    // Nothing: the request is to be answered with refusal().
    std::optional<Pass> enter();
    Response refusal() const;

private:
    void ended(CircuitBreaker::Pass kind, bool served);
    void note_state();

    Store& store_;
    StoreMetrics& metrics_;
    Options options_;
    CircuitBreaker breaker_;
    bool was_closed_ = true;
};

} // namespace sluice
