// SPDX-License-Identifier: Apache-2.0
// When a task that has failed is tried again.
#pragma once

#include "sluice/export.h"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::workflows {

// How the delays between tries grow.
class SLUICE_API Backoff {
public:
    enum class Kind { fixed, linear, exponential, custom };

    // `initial` is Retry::initial_delay, `attempt` the try that has failed, counted from 1.
    using Function =
        std::function<std::chrono::milliseconds(int attempt, std::chrono::milliseconds initial)>;

    // The initial delay each time.
    static Backoff fixed();

    // initial * attempt * multiplier.
    static Backoff linear(double multiplier = 1);

    // initial * multiplier * base^(attempt - 1).
    static Backoff exponential(double base = 2, double multiplier = 1);

    // Called by the Runner that has run the attempt, on the body's thread. When a timeout ends it,
    // or its process dies, nobody can be asked: then it is the initial delay. What it throws is
    // logged, and is the initial delay, too.
    static Backoff custom(Function delay);

    Kind kind() const noexcept { return kind_; }
    double base() const noexcept { return base_; }
    double multiplier() const noexcept { return multiplier_; }
    const Function& function() const noexcept { return function_; } // of custom

private:
    Backoff(Kind kind, double base, double multiplier, Function function);

    Kind kind_;
    double base_;
    double multiplier_;
    Function function_;
};

// Which failures are worth another try.
class SLUICE_API RetryCondition {
public:
    enum class Kind { all, never, transient, patterns };

    static RetryCondition all();
    static RetryCondition never();

    // Timeouts, errors of databases and connections, and texts that say timeout, connection,
    // network, temporary or unavailable, in whatever case.
    static RetryCondition transient();

    // Texts that contain one of these, in whatever case.
    static RetryCondition patterns(std::vector<std::string> texts);

    Kind kind() const noexcept { return kind_; }
    const std::vector<std::string>& texts() const noexcept { return texts_; } // of patterns

private:
    RetryCondition(Kind kind, std::vector<std::string> texts);

    Kind kind_;
    std::vector<std::string> texts_;
};

// Checked when the workflow is built: max_attempts 1 to 1,000, delays of at least 0 and at most 30
// days, base and multiplier 0 to 1,000,000, patterns that are not empty.
struct SLUICE_API Retry {
    int max_attempts = 3; // in all, the first one included
    Backoff backoff = Backoff::exponential();
    std::chrono::milliseconds initial_delay{1'000};
    std::chrono::milliseconds max_delay{60'000}; // before the jitter
    bool jitter = true;                          // a factor of 0.75 to 1.25
    RetryCondition condition = RetryCondition::all();

    // The delay after a failed try, counted from 1, without the jitter.
    std::chrono::milliseconds delay(int attempt) const;

    // Whether there is another try after this one, by its number and the text of its error.
    bool should_retry(int attempt, std::string_view error) const;
};

} // namespace sluice::workflows
