// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "model/retry.h"
#include "store/requests.h"

#include <functional>
#include <optional>
#include <string>

namespace sluice {

// How an attempt has ended, as far as its executor knows.
struct Outcome {
    enum class Kind : std::uint8_t {
        succeeded,
        failed,
        returned, // not done, and not the task's fault: another worker may try
        accepted, // by the target of a webhook, which works by itself and reports from outside
        skipped,  // the task's rule says no
    };
    Kind kind = Kind::succeeded;
    FailureKind failure = FailureKind::reported;
    std::string result; // JSON of the surface
    std::string error;  // for people; of failed, returned and skipped

    // What the target's answer asks for (Start has the meanings); cancel actions of accepted only.
    std::string cancel_actions = {};
    int cancel_actions_count = 0;
    std::vector<FollowUpAction> follow_ups = {};

    // Of failed: when it is tried again, instead of what its policy says; whether such a failure
    // goes by itself, whatever its text says.
    std::optional<Micros> retry_after = {};
    bool is_transient = false;

    // Of returned: nobody here knows how to do it. It is pending again after so long, and the
    // attempt was none.
    std::optional<Micros> again_after = {};
};

// A request to end an attempt early: it was canceled, its lease is lost, or the worker stops. Lives
// on the loop for as long as the attempt.
class Stop {
public:
    // That of the attempt, among those that may be under way at once.
    class Place {
    public:
        virtual ~Place() = default;
        virtual void leave() = 0;
        virtual Async<void> enter() = 0; // returns once there is one again
    };

    Stop() = default;
    explicit Stop(Place& place) : place_(&place) {}

    bool requested() const { return requested_; }

    void request();

    // Calls `callback` at the request, at once if it was made already. At most one at a time.
    void on_request(std::function<void()> callback);

    // After request(): the worker ends, and waits for nothing any more. execute() returns soon,
    // also when it cannot stop what is under way. Executors that can do that need not hear of it.
    void abandon();
    bool is_abandoned() const { return is_abandoned_; }
    void on_abandon(std::function<void()> callback); // as on_request

    // The task was ended by others. What is under way of the attempt may end, and its outcome is
    // reported; nothing else of it begins.
    void outdate();
    bool is_outdated() const { return is_outdated_; }

    // Told by executors: from here on the attempt waits with nothing under way, until goes_on() has
    // returned. It leaves its place to others meanwhile, and is stopped without loss.
    void waits();
    Async<void> goes_on();
    bool is_waiting() const { return is_waiting_; }

private:
    Place* place_ = nullptr;
    bool requested_ = false;
    bool is_outdated_ = false;
    bool is_waiting_ = false;
    bool is_abandoned_ = false;
    std::function<void()> callback_;
    std::function<void()> abandoned_;
};

// Runs attempts: the seam between the engine and what the work is. Called on the loop; several
// attempts are under way at once. What it throws is a failed attempt.
class Executor {
public:
    virtual ~Executor() = default;

    // Returns when the attempt is over. After a stop request it should return soon (`returned` or
    // whatever it came to); its outcome is then not reported. `task` and `stop` outlive the call.
    virtual Async<Outcome> execute(const Leased& task, Stop& stop) = 0;
};

} // namespace sluice
