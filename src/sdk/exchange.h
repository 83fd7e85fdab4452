// SPDX-License-Identifier: Apache-2.0
// What goes over the wire, and what is meant by it. Nothing here sends anything.
#pragma once

#include "sluice/json.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace sluice::client {

using Headers = std::vector<std::pair<std::string, std::string>>;

// One request, below the base URL. Each try of it sends the same bytes.
struct Request {
    std::string method;
    std::string path;                     // percent-encoded, like the query
    std::string query = {};               // without "?"
    std::optional<std::string> body = {}; // JSON
    Headers headers = {};
};

// What a server said.
struct Answer {
    int status = 0;
    Headers headers = {}; // their names are lower-case
    std::string body = {};

    // The last header of that name; "": there is none.
    std::string_view header(std::string_view name) const;
};

// Nobody said anything. `was_sent`: the request may have arrived and been obeyed.
struct NoAnswer {
    std::string reason;
    bool was_sent = false;
};

// What came of one try.
using Reply = std::variant<Answer, NoAnswer>;

// Asks whether a request that was refused at its repetition had been obeyed the first time.
struct Confirmation {
    Request request;
    std::function<bool(const Answer&)> holds;
};

struct Call {
    Request request;

    // Sent twice it does what it does once, so that it may be tried again when nobody knows whether
    // it has arrived.
    bool is_repeatable = false;

    bool takes_503 = false; // as an answer to the question, not as a refusal

    // Its answer stands for that of the call.
    std::optional<Confirmation> confirmation = {};

    bool accepts(const Answer& answer) const
    {
        return (answer.status >= 200 && answer.status < 300) || (takes_503 && answer.status == 503);
    }
};

Call get_call(std::string path, std::string query = {});
Request json_request(std::string method, std::string path, const Json& body);

} // namespace sluice::client
