// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.h"
#include "exec/webhook/webhook_request.h"
#include "model/webhook/delivery.h"

namespace sluice {

class Tracer;

// What came of one try.
struct WebhookReply {
    Answer answer;
    std::string body; // of the target's answer, cut at WebhookSender::body_bytes_max
    bool is_whole = true;
};

// Sends webhooks, each once: whoever asks judges the answer (model/webhook/delivery.h) and tries
// again. On the loop; the client, clock, random numbers and tracer (null: no traces are made) are
// borrowed.
class WebhookSender {
public:
    // What is kept of an answer: enough for conditions on it and for people who look at a failure.
    static constexpr std::size_t body_bytes_max = 64u << 10;

    WebhookSender(
        HttpClient& client, const Clock& clock, Random& random, WebhookSettings settings,
        Tracer* tracer = nullptr
    )
        : client_(client),
          clock_(clock),
          random_(random),
          settings_(std::move(settings)),
          tracer_(tracer)
    {}

    // What `call` refers to outlives it.
    Async<WebhookReply> send(WebhookCall call);

private:
    TraceContext trace(const WebhookCall& call);

    HttpClient& client_;
    const Clock& clock_;
    Random& random_;
    WebhookSettings settings_;
    Tracer* tracer_;
};

} // namespace sluice
