// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace sluice {

class BodyAttempt;

// What a body is told of its attempt. Immutable, shared by all who ask.
struct BodyFacts {
    std::string run_id;   // public id
    std::string task_id;  // within the workflow
    std::string workflow; // its namespace
    int attempt = 0;      // from 1
    std::string input;    // the merged context, a JSON object; "{}" for the empty one
    std::size_t context_bytes_max = 0;

    // A line for the log, of what a callback has thrown. Any thread; empty: nothing is logged.
    std::function<void(std::string line)> warn = {};
};

// How the body of an attempt has ended, in the words of its language.
struct BodyEnd {
    enum class Kind : std::uint8_t { done, failed };
    Kind kind = Kind::done;
    std::string output = {}; // of done: a context as write_context() makes it; empty: the empty one
    std::string error = {};  // of failed
    bool is_transient = false;              // of failed: by its class, whatever the text says
    std::optional<Micros> retry_after = {}; // of failed: what a function of the program chose
};

// What a program has registered for a task: the seam between the engine and the languages. One
// object for all attempts of the task; called by several threads at once.
class TaskBody {
public:
    virtual ~TaskBody() = default;

    // On a body thread, with no lock held. Ends the attempt by attempt->end(), once: before it
    // returns, or later from anywhere (a coroutine that stands still has returned its thread).
    // Callbacks of the program and checks of the output come before that. What it throws is a
    // failed attempt.
    virtual void begin(std::shared_ptr<BodyAttempt> attempt) = 0;

    // The time of an attempt that began here has run out, and the database has counted it as
    // failed. On the callback thread, once, while the body may still run. Throws nothing.
    virtual void timed_out(const BodyFacts& facts, const std::string& error) = 0;
};

} // namespace sluice
