// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sluice/export.h"

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace sluice::client {

// The server refused, or could not be asked. what() is the message with the details below it.
class SLUICE_API Error : public std::runtime_error {
public:
    struct Facts {
        std::string message = {};
        int status = 0;
        std::vector<std::string> details = {};
        std::optional<std::chrono::seconds> retry_after = {};
        std::string request_id = {};
    };

    explicit Error(Facts facts);

    // What the server says, for people.
    const std::string& message() const noexcept { return facts_->message; }

    // That of the answer; 0: there was none.
    int status() const noexcept { return facts_->status; }

    // Each problem of a body with its place: "tasks[1].name: must not be blank".
    const std::vector<std::string>& details() const noexcept { return facts_->details; }

    // How long the server wants to be left alone; at most an hour.
    std::optional<std::chrono::seconds> retry_after() const noexcept { return facts_->retry_after; }

    // Finds the request in the server's log.
    const std::string& request_id() const noexcept { return facts_->request_id; }

private:
    std::shared_ptr<const Facts> facts_; // shared, since copies of an exception must not throw
};

// What was sent is wrong (400, 413, 415, 422), or the task's state does not allow it (400).
class SLUICE_API Invalid : public Error {
    using Error::Error;
};

// The API key is missing or unknown (401), or its role is too small (403).
class SLUICE_API Unauthorized : public Error {
    using Error::Error;
};

// There is no such task, batch, group or delivery; or a report came for a task that has ended.
class SLUICE_API NotFound : public Error {
    using Error::Error;
};

// Another attempt is the current one, or the idempotency key is that of another body (409).
class SLUICE_API Conflict : public Error {
    using Error::Error;
};

// Nobody answered, or the server has too much to do; all tries are used up.
class SLUICE_API Unavailable : public Error {
    using Error::Error;
};

} // namespace sluice::client
