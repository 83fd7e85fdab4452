// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

// Where chance comes from, so that tests can fix it.
class Random {
public:
    virtual ~Random() = default;
    virtual std::uint64_t next() = 0;
};

// The kernel's generator: for names, secrets and keys. Safe from any thread.
class SystemRandom final : public Random {
public:
    std::uint64_t next() override;
};

// A repeatable sequence (splitmix64) for tests and benchmarks.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() override;

private:
    std::uint64_t state_;
};

// `length` characters drawn evenly from `alphabet`.
std::string random_text(Random& random, std::string_view alphabet, std::size_t length);

} // namespace sluice
