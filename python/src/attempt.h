// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fork_guard.h"
#include "gil.h"
#include "workflows/body_attempt.h"

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

private:
    void check_thread() const;

    Birthplace born_;
    std::shared_ptr<BodyAttempt> body_;
    std::optional<Failure> failure_;
    bool is_over_ = false;
};

// While it lives, this thread runs the body of that attempt.
class RunsBody {
public:
    explicit RunsBody(BodyAttempt& body);
    ~RunsBody();
    RunsBody(const RunsBody&) = delete;
    RunsBody& operator=(const RunsBody&) = delete;

private:
    BodyAttempt* before_;
};

// In a child of a fork that this thread's body has made: it runs none there.
void forget_body();

// Waits for something that takes its time; false: it did not come. A body gives its slot to others
// meanwhile, and is ended by TaskStopped when its attempt is. Raises what signal handlers raise.
bool wait_long(const Wait& wait, const Deadline& deadline);

void add_attempt(py::module_& module);

} // namespace sluice::python
