// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"

#include <deque>
#include <string>
#include <unordered_map>

namespace sluice {

// How many webhooks may be on their way to one target ("host:port") at once. Who comes when they
// are that many stands in line. Lives on the loop; outlives every place.
class HostLimits {
public:
    HostLimits(asio::any_io_executor executor, std::size_t in_flight_max);

    // Given back at the end of its life; then the first in line has it.
    class Place {
    public:
        Place() = default;
        Place(HostLimits& limits, std::string target);
        ~Place();
        Place(Place&& other) noexcept;
        Place& operator=(Place&&) = delete;

    private:
        HostLimits* limits_ = nullptr;
        std::string target_;
    };

    // In the order of the calls; cancellation leaves the line. `target` outlives the call.
    Async<Place> enter(const std::string& target);

    bool has_room(const std::string& target) const; // nobody would wait
    std::size_t in_flight(const std::string& target) const;
    std::size_t waiting(const std::string& target) const;

private:
    class Waiter;
    struct Host {
        std::size_t in_flight = 0;
        std::deque<Waiter*> waiting; // each stands in the frame of its coroutine
    };

    void leave(const std::string& target);

    asio::any_io_executor executor_;
    std::size_t in_flight_max_;
    std::unordered_map<std::string, Host> hosts_; // with somebody in flight
};

} // namespace sluice
