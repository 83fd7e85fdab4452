// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"

#include <boost/asio/signal_set.hpp>

namespace sluice {

// SIGINT and SIGTERM as a request to end, seen on the loop. While it exists they do not kill the
// program; a second one ends it at once, as if it were not caught.
class Interrupts {
public:
    explicit Interrupts(asio::any_io_executor executor);

    bool requested() const { return number_ != 0; }
    int number() const { return number_; } // of the signal; 0: none yet

    // Returns at the first one, at once if it has come.
    Async<void> wait();

private:
    void listen();
    void arrived(int number);

    asio::signal_set signals_;
    Signal wake_;
    int number_ = 0;
};

} // namespace sluice
