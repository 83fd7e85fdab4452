// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/with_stop.h"
#include "batch/datum_channel.h"
#include "store/store_clock.h"

namespace sluice {

// Keeps the leave of one attempt while its uploads run, and stops them in time when it cannot: an
// upload that outlived the leave could write over the outputs of a later attempt. Time is that
// since boot, which goes on while a machine sleeps. Lives on the loop; what it is given outlives
// it.
class UploadLeaveKeeper {
public:
    struct Options {
        Micros safety = std::chrono::seconds(5); // what a request may still need to end
        Micros extend_every = std::chrono::seconds(15);
        Micros ask_time = std::chrono::seconds(5); // for one answer
        Micros patience = std::chrono::minutes(2); // of begin()
        std::chrono::milliseconds look{1'000};     // at the clock
    };

    UploadLeaveKeeper(
        asio::any_io_executor executor, DatumChannel& channel, const ClockSource& clock,
        Leave leave, Options options
    );

    // Ends the uploads when it is requested: by this when the leave is over or lost, or by others.
    StopEvent& stop() { return stop_; }

    // Before the first upload: returns when there is time for one. Registration may have taken
    // longer than the leave lasts. Errors: those of extend_leave(), and conflict when stop() was
    // requested.
    Async<Result<void>> begin();

    // While the uploads run. Goes on until it is cancelled.
    Async<Result<void>> run();

    // The leave could not be extended in time, so the uploads were stopped.
    bool ran_out() const { return ran_out_; }

private:
    bool has_time_for(Micros time) const;
    Async<Result<void>> extend();
    Async<void> wait();
    void give_up();

    DatumChannel& channel_;
    const ClockSource& clock_;
    Leave leave_;
    Options options_;
    StopEvent stop_;
    Micros extend_at_;
    bool ran_out_ = false;
};

} // namespace sluice
