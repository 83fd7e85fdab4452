// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"

#include <cstdint>
#include <deque>

namespace sluice {

// Memory that several coroutines share: who takes waits until there is room, in the order of the
// calls. More than the whole is given to one that has it alone. Lives on the loop and outlives what
// was taken.
class ByteBudget {
public:
    ByteBudget(asio::any_io_executor executor, std::uint64_t bytes_max);
    ~ByteBudget(); // everything is given back
    ByteBudget(const ByteBudget&) = delete;
    ByteBudget& operator=(const ByteBudget&) = delete;

    // Gives back what was taken at its end.
    class Taken {
    public:
        Taken() = default;
        Taken(Taken&& other) noexcept;
        Taken& operator=(Taken&& other) noexcept;
        ~Taken();

        void keep(std::uint64_t bytes); // gives back all but these; no more than there are

    private:
        friend class ByteBudget;
        Taken(ByteBudget& budget, std::uint64_t bytes) : budget_(&budget), bytes_(bytes) {}

        ByteBudget* budget_ = nullptr;
        std::uint64_t bytes_ = 0;
    };

    Async<Taken> take(std::uint64_t bytes);

    std::uint64_t used() const { return used_; }
    std::uint64_t used_max() const { return used_max_; } // the most that was ever taken at a time

private:
    class Turn;

    void give_back(std::uint64_t bytes);
    void wake_first();

    asio::any_io_executor executor_;
    std::uint64_t bytes_max_;
    std::uint64_t used_ = 0;
    std::uint64_t used_max_ = 0;
    std::deque<Turn*> waiting_; // each stands in the frame of its coroutine
};

} // namespace sluice
