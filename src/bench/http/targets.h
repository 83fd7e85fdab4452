// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/task_scope.h"
#include "bench/fixture.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace sluice::bench {

// A webhook that has come, whole.
struct TargetCall {
    std::uint16_t port;
    std::string_view task; // its id; valid during the call
    SteadyTime at;
    std::string_view body; // likewise
};

// The targets of webhooks: each a port of its own that answers 200 with nothing. Lives on the loop;
// its owner ends it with stop().
class Targets {
public:
    using OnCall = std::function<void(const TargetCall&)>;

    Targets(asio::any_io_executor executor, Log log);
    ~Targets();

    // A new target that tells of a webhook before it answers, `delay` later. Result: its port.
    // Errors: unavailable.
    Result<std::uint16_t> listen(OnCall on_call, std::chrono::milliseconds delay = {});

    // Nobody is told of this one's webhooks any more; it goes on answering.
    void forget(std::uint16_t port);

    // Nobody is told of anything from the first line on, whatever still comes.
    Async<void> stop();

private:
    struct Target;
    class Session;

    Async<void> accept(Target& target);
    Async<void> serve(std::unique_ptr<Session> session);

    TaskScope scope_;
    std::vector<std::unique_ptr<Target>> targets_;
};

} // namespace sluice::bench
