// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sluice/export.h"

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::workflows {

// What calls of this API throw. what() is for people: one line, then each problem on one of its
// own. A copy of an error never throws.
class SLUICE_API Error : public std::runtime_error {
public:
    enum class Kind {
        invalid,     // an argument, a definition or a context is wrong
        not_found,   // no such workflow, run, task, schedule or tenant
        conflict,    // its state does not allow it, or something of that name exists
        unavailable, // the database is away or does not answer; nothing was done, or all of it
        overloaded,  // a limit is reached: try again later
        closed,      // the Runner was shut down
        forked,      // the Runner belongs to the process that this one was forked from
        broken,      // the Runner has found a fault in itself, and stopped
    };

    Error(Kind kind, const std::string& message, std::vector<std::string> problems = {});
    Error(const Error&) noexcept = default;
    Error& operator=(const Error&) noexcept = default;
    ~Error() override;

    Kind kind() const noexcept { return kind_; }

    // All that is wrong, each with its place; empty where what() says everything.
    const std::vector<std::string>& problems() const noexcept { return *problems_; }

private:
    Kind kind_;
    std::shared_ptr<const std::vector<std::string>> problems_;
};

// As people read it: "not found".
SLUICE_API std::string_view name(Error::Kind kind);

// A workflow, a rule or a trigger that cannot be: kind() is invalid, problems() has all of them.
class SLUICE_API DefinitionError : public Error {
public:
    DefinitionError(const std::string& message, std::vector<std::string> problems);
    DefinitionError(const DefinitionError&) noexcept = default;
    DefinitionError& operator=(const DefinitionError&) noexcept = default;
    ~DefinitionError() override;
};

// A value that is no JSON, a key that is missing or has another type, a context that is too large.
// kind() is invalid.
class SLUICE_API ContextError : public Error {
public:
    ContextError(std::string key, const std::string& message);
    ContextError(const ContextError&) noexcept = default;
    ContextError& operator=(const ContextError&) noexcept = default;
    ~ContextError() override;

    // Where, with the way into it: "order.items[2]". Empty: the context as a whole.
    const std::string& key() const noexcept { return *key_; }

private:
    std::shared_ptr<const std::string> key_;
};

// Thrown by the waits of a TaskHandle within a body: the task was canceled, its time ran out, or
// the Runner stops. Let it pass; whatever the body does then is not accepted.
class SLUICE_API TaskStopped : public std::exception {
public:
    TaskStopped() noexcept = default;
    TaskStopped(const TaskStopped&) noexcept = default;
    TaskStopped& operator=(const TaskStopped&) noexcept = default;
    ~TaskStopped() override;

    const char* what() const noexcept override;
};

} // namespace sluice::workflows
