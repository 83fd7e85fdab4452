// SPDX-License-Identifier: Apache-2.0
#include "async/interrupts.h"

#include <csignal>

namespace sluice {

Interrupts::Interrupts(asio::any_io_executor executor)
    : signals_(executor, SIGINT, SIGTERM), wake_(executor)
{
    listen();
}

void Interrupts::listen()
{
    signals_.async_wait([this](const boost::system::error_code& error, int number) {
        if (!error)
            arrived(number);
    });
}

void Interrupts::arrived(int number)
{
    if (requested()) {
        signals_.clear(); // the default action comes back
        std::raise(number);
        return;
    }
    number_ = number;
    wake_.notify();
    listen();
}

Async<void> Interrupts::wait()
{
    while (!requested())
        co_await wake_.wait();
}

} // namespace sluice
