// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workflows/task_body.h"

#include <functional>
#include <memory>

namespace sluice {

// One attempt as its body sees it: what TaskHandle and Python's Attempt stand on. Any thread may
// call, also after the attempt is over: then it is stopped, and nothing else happens. It outlives
// the Host if a body does.
class BodyAttempt : public std::enable_shared_from_this<BodyAttempt> {
public:
    using Work = std::function<void()>;

    virtual ~BodyAttempt() = default;

    virtual const BodyFacts& facts() const noexcept = 0;

    // The task was canceled, its time ran out, or the Host stops. An atomic flag.
    virtual bool is_stopped() const noexcept = 0;
    virtual bool is_slot_held() const noexcept = 0;

    // The first call counts. After a stop it is not accepted, which the body need not know.
    virtual void end(BodyEnd how) = 0;

    // --- for a body that blocks its own thread ----------------------------------------------

    // Blocks for so long; false, at once: it was stopped.
    virtual bool sleep(Micros duration) = 0;

    // From here on the body waits, and its slot is given to others. After a few seconds the clock
    // of its timeout stands still.
    virtual void give_slot_back() = 0;

    // Blocks until it has a slot again; false: it was stopped.
    virtual bool take_slot() = 0;

    // --- for one that stands still without a thread -------------------------------------------

    // `work` is run on a body thread; all works of an attempt one after the other.
    virtual void post(Work work) = 0;

    // The same after so long, or at once when it is stopped.
    virtual void post_after(Micros duration, Work work) = 0;

    // The same once it has a slot again, or is stopped.
    virtual void post_with_slot(Work work) = 0;

    // Posted once when it is stopped, at once if it was; an empty one takes it back. One at a time.
    virtual void on_stop(Work work) = 0;

    // The attempt whose body this thread runs now; null: none.
    static BodyAttempt* current() noexcept;
};

} // namespace sluice
