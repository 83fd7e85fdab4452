// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log.h"
#include "exec/executor.h"
#include "tasks/webhooks.h"

#include <memory>
#include <string>

namespace sluice {

// Starts tasks by sending their webhook: the attempt is over here when the target has accepted the
// task, or when it is clear that it will not. Tries are made in this process; when it dies, the
// rescue gives the task back with its attempt, and the start is sent again with the same key.
// What waits (for its next try, for an open circuit, for a place at its target) says so to its
// Stop. Lives on the loop; `webhooks` outlives it.
class WebhookExecutor final : public Executor {
public:
    WebhookExecutor(asio::any_io_executor executor, Webhooks& webhooks, Log log);

    Async<Outcome> execute(const Leased& task, Stop& stop) override;

private:
    // What the tries of one start need.
    struct Starting {
        ReadyActionRef ready;
        Json metadata;
        std::string task_id;
        std::string batch_id;
        std::string key;
    };

    Async<Result<Outcome>> start(const Leased& task, Stop& stop);
    Async<Result<Starting>> prepare(const Leased& task);
    Async<Result<Json>> metadata_of(TaskId task);
    Async<WebhookReply> send(const Leased& task, const Starting& starting, Stop& stop);
    Outcome
    end(const Starting& starting, const WebhookReply& reply, const DeliveryVerdict& verdict);

    asio::any_io_executor executor_;
    Webhooks& webhooks_;
    Log log_;
};

} // namespace sluice
