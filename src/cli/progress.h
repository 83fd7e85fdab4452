// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "batch/job.h"

#include <chrono>
#include <string>

namespace sluice {

// What `job run` shows on stderr while the job runs: a bar that is drawn again and again when that
// is a terminal, else a line every five seconds.
class Progress {
public:
    using Clock = std::chrono::steady_clock;

    explicit Progress(Clock::time_point start) : start_(start), shown_(start) {}

    // How long to wait until show() should be called again.
    static Clock::duration period();

    void show(const Job& job, Clock::time_point now);

    // Leaves the terminal as lines of text find it.
    void finish();

private:
    Clock::time_point start_;
    Clock::time_point shown_;
    std::int64_t final_at_start_ = -1;
    bool drawn_ = false;
};

// "12 of 40 done, 1 failed, 2 running, 3.5/s, 8s left"
struct Pace {
    double per_second = 0; // 0: not known yet
};
std::string describe_progress(const Job& job, Pace pace);

} // namespace sluice
