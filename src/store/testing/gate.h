// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "store/session.h"

#include <boost/asio/any_io_executor.hpp>

#include <condition_variable>
#include <mutex>
#include <string>

namespace sluice::testing {

// Stops the writer of a store before one of its statements until the test lets it go on.
class Gate final : public StatementObserver {
public:
    // `executor` gets an empty turn when somebody reaches the gate, so that a waiting loop looks.
    explicit Gate(asio::any_io_executor executor) : executor_(std::move(executor)) {}
    ~Gate() override { open(); }

    void before(std::string_view statement) override;
    void committed() override;

    void close_at(int nth); // 1: the next statement
    void open();            // who waits goes on; nobody is stopped any more

    bool is_reached() const;     // somebody waits
    std::string reached() const; // before which statement
    int passed() const;          // statements since close_at()
    int groups() const;          // that were committed

private:
    asio::any_io_executor executor_;
    mutable std::mutex mutex_;
    std::condition_variable opened_;
    int stop_at_ = 0; // 0: open
    int seen_ = 0;
    int groups_ = 0;
    std::string reached_;
};

} // namespace sluice::testing
