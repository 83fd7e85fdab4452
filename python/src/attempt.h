// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fork_guard.h"
#include "gil.h"
#include "workflows/body_attempt.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace sluice::python {

// What Python knows as Attempt. With the GIL, as everything that Python calls.
class Attempt {
public:
    struct Failure {
        std::string error;
        bool is_transient = false;
    };

    explicit Attempt(std::shared_ptr<BodyAttempt> body) : body_(std::move(body)) {}
    ~Attempt();
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;

    const BodyFacts& facts() const;
    bool is_cancelled() const;
    bool is_slot_held() const;
    void defer_until(py::handle condition, std::int64_t interval_ms);
    void sleep(std::int64_t duration_ms);
    void fail(std::string error, bool is_transient);

    const std::optional<Failure>& failure() const { return failure_; }
    void body_is_over() { is_over_ = true; }

    // While some thread of the body waits, others have its slot: both for each wait. The latter
    // blocks until there is a slot again, unless another thread still waits; false: the attempt
    // was stopped.
    void give_slot();
    bool take_slot();

    // Body and callbacks are over: it has its slot again, and threads of it that still wait are on
    // their own. Blocks.
    void leave_threads();
    bool has_left_threads() const { return has_left_threads_; }

    // Whether a thread that its body has sent somewhere works for it.
    bool is_worked_for() const { return born_.is_here() && !is_ended_; }

    bool is_stopped() const { return body_->is_stopped(); }

private:
    void check_thread() const;

    Birthplace born_;
    std::shared_ptr<BodyAttempt> body_;
    std::optional<Failure> failure_;
    std::size_t waiting_ = 0; // threads
    bool is_over_ = false;    // the body
    bool is_ended_ = false;   // and its callbacks
    bool has_left_threads_ = false;
};

// While it lives, this thread runs the body of that attempt, or its callbacks.
class RunsBody {
public:
    explicit RunsBody(Attempt& attempt);
    ~RunsBody();
    RunsBody(const RunsBody&) = delete;
    RunsBody& operator=(const RunsBody&) = delete;

private:
    Attempt* before_;
};

// What the body sends to other threads with its context (asyncio.to_thread) works for that attempt;
// null: for none.
void set_context_attempt(const Ref& attempt);

// In a child of a fork that this thread's body has made: it runs none there.
void forget_body();

// Waits for something that takes its time; false: it did not come. A body, its callbacks and what
// it has sent to other threads give its slot to others meanwhile, and are ended by TaskStopped when
// the attempt is. Raises what signal handlers raise.
bool wait_long(const Wait& wait, const Deadline& deadline);

void add_attempt(py::module_& module);

} // namespace sluice::python
