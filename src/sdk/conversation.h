// SPDX-License-Identifier: Apache-2.0
// When a request is tried again:
//
//   what came of the try              any call     a call that may be repeated
//   429, 503                          again        again: a server that says so has done nothing
//   the request was not sent          again        again
//   broken, or late, after it         –            again
//   502, 504 of a proxy               –            again: it may have been obeyed behind it
//   everything else                   –            –
//
// When a repetition is refused because of the task's state (400, 404, 409) though the first request
// may have been obeyed, the confirmation of the call says whether it was.
#pragma once

#include "base/random.h"
#include "sdk/exchange.h"
#include "sluice/error.h"

#include <chrono>

namespace sluice::client {

// How a conversation is held.
class Line {
public:
    virtual Reply perform(const Request& request) = 0;
    virtual void pause(std::chrono::milliseconds duration) = 0;

protected:
    ~Line() = default;
};

struct Patience {
    int tries; // the first one counts; at least 1
    std::chrono::milliseconds delay_initial;
};

// The answer to the call. Throws an Error.
Answer converse(const Call& call, const Patience& patience, Line& line, Random& random);

// Throws what the reply is to someone who asked for something else.
[[noreturn]] void refuse(const Reply& reply);

} // namespace sluice::client
