// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sluice {

// How many requests one client may make: a bucket for each (name of its API key, or its address)
// that holds `burst` requests and fills with time. Lives on the loop.
//
// Of a bucket it is enough to know when it will be full: each request moves that time on, and one
// that would move it too far is refused and changes nothing. A bucket that is full is that of
// somebody who was never here, so it can be forgotten.
class RateLimit {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    struct Options {
        std::uint32_t requests = 100; // in each period, by somebody who never stops
        std::chrono::milliseconds period{1'000};
        std::uint32_t burst = 200;        // at once, after a pause; at least 1
        std::size_t clients_max = 10'000; // those beyond share one bucket
    };

    explicit RateLimit(const Options& options);
    RateLimit(const RateLimit&) = delete;
    RateLimit& operator=(const RateLimit&) = delete;

    // One request. Nothing: it is let in. Otherwise after how long the client may come again: for
    // Retry-After, at least a second. `now` never goes back.
    std::optional<std::chrono::seconds> enter(std::string_view client, TimePoint now);

    std::size_t clients() const { return buckets_.size(); }

private:
    using Nanos = std::chrono::nanoseconds;

    struct Bucket {
        std::string client;
        TimePoint full_at{};
    };

    Bucket& bucket_of(std::string_view client);
    void forget_full(TimePoint now);

    Nanos each_; // what a request takes out of its bucket
    Nanos burst_;
    std::size_t clients_max_;
    std::list<Bucket> buckets_; // who came last stands first
    std::unordered_map<std::string_view, std::list<Bucket>::iterator> by_client_;
    Bucket shared_;
};

} // namespace sluice
