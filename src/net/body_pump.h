// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"
#include "net/http_client.h"

namespace sluice {

// Carries a response's body from libcurl's callback, which cannot wait, to a sink, which may. Two
// buffers: one is filled while the sink has the other. Lives on the loop, as long as its request.
class BodyPump {
public:
    BodyPump(const asio::any_io_executor& executor, BodySink& sink, std::size_t buffer_bytes);

    // From the callback. False: the buffer is full; the same piece must come again later.
    bool offer(std::string_view piece);

    bool is_empty() const { return filling_.empty(); }
    bool is_full() const { return filling_.size() >= buffer_bytes_; }

    // What there is becomes the sink's; true when an offer was refused meanwhile. Then give().
    bool turn_over();

    // False: the sink wants no more.
    Async<bool> give();

    // Told when a buffer is full, and by the transfer when it has ended.
    Signal& news() { return news_; }

private:
    BodySink& sink_;
    std::size_t buffer_bytes_;
    std::string filling_;
    std::string given_;
    bool refused_ = false;
    Signal news_;
};

} // namespace sluice
