// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/with_stop.h"
#include "exec/executor.h"

#include <string>
#include <utility>

namespace sluice {

// How attempts at datums end that do not succeed.
inline Outcome failed(FailureKind kind, std::string error, std::string result = {})
{
    Outcome outcome;
    outcome.kind = Outcome::Kind::failed;
    outcome.failure = kind;
    outcome.error = std::move(error);
    outcome.result = std::move(result);
    return outcome;
}

// Not done, and not the datum's fault.
inline Outcome returned(std::string reason)
{
    Outcome outcome;
    outcome.kind = Outcome::Kind::returned;
    outcome.error = std::move(reason);
    return outcome;
}

inline Outcome stopped()
{
    return returned("stopped");
}

// Passes the request on for as long as it lives.
class ForwardedStop {
public:
    ForwardedStop(Stop& stop, StopEvent& event) : stop_(stop)
    {
        stop.on_request([&event] { event.request(); });
    }
    ~ForwardedStop()
    {
        if (!stop_.requested())
            stop_.on_request(nullptr);
    }
    ForwardedStop(const ForwardedStop&) = delete;
    ForwardedStop& operator=(const ForwardedStop&) = delete;

private:
    Stop& stop_;
};

} // namespace sluice
