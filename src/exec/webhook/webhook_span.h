// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exec/webhook/webhook_request.h"
#include "model/webhook/delivery.h"
#include "net/trace/span.h"

namespace sluice {

// One try, when it is over.
struct WebhookTry {
    const WebhookCall& call;
    std::string_view url; // with the handle: of it only the host is shown
    const Answer& answer;
    TraceContext context;
    Time begun;
    Time ended;
};

Span webhook_span(const WebhookTry& made);

} // namespace sluice
