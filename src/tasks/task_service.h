// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/task_scope.h"
#include "net/guard/address_guard.h"
#include "net/http_client.h"
#include "tasks/change_feed.h"
#include "tasks/deliverer.h"
#include "tasks/retention.h"
#include "tasks/scheduler.h"
#include "tasks/schedules.h"
#include "tasks/service_meter.h"
#include "tasks/tasks.h"
#include "tasks/webhook_executor.h"

#include <memory>
#include <optional>

namespace sluice {

class Tracer;

// The task service of one process, put together. What clients ask of `tasks()` works at once;
// webhooks go out, and what is old goes, after start(). Lives on the loop; the engine outlives it.
// What was started ends with stop(), before the engine does.
class TaskService {
public:
    struct Options {
        AddressGuard::Options guard;
        std::vector<WebhookSecret> secrets; // none: webhooks are not signed
        DeliveryDefaults defaults;
        std::size_t starts_max = 1024; // webhooks under way that start tasks
        std::size_t deliveries_max = 256;
        std::size_t per_target_max = 64; // of both, to one host and port
        Tracer* tracer = nullptr;        // outlives the service; null: no traces are made
        Retention::Options retention;
    };

    // Errors: invalid (an element of the guard's lists).
    static Result<std::unique_ptr<TaskService>> make(
        asio::any_io_executor executor, Engine& engine, ProcessMetrics& metrics, Options options,
        Log log
    );

    TaskService(
        asio::any_io_executor executor, Engine& engine, ProcessMetrics& metrics, Options options,
        AddressGuard guard, Log log
    );

    // Sends webhooks from now on. `host_url` is where their targets reach the API, `needs_token`
    // says whether they need a token there.
    Async<Result<void>> start(std::string host_url, std::function<bool()> needs_token);

    // Lets what is under way end for `grace`; the rest is sent again by whoever comes next. What
    // clients ask and watch goes on.
    Async<void> drain(std::chrono::steady_clock::duration grace);

    // Drains, and ends the feed.
    Async<void> stop(std::chrono::steady_clock::duration grace);

    Tasks& tasks() { return tasks_; }
    ChangeFeed& feed() { return feed_; }
    ProcessMetrics& metrics() { return metrics_; }
    Schedules& schedules() { return schedules_; }

private:
    // What sends, once it is known where we are.
    struct Senders {
        Senders(TaskService& service, WebhookSettings settings);

        WebhookSender sender;
        Webhooks webhooks;
        WebhookExecutor executor;
        Deliverer deliverer;
    };

    asio::any_io_executor executor_;
    Engine& engine_;
    ProcessMetrics& metrics_;
    Options options_;
    Log log_;
    AddressGuard guard_;
    SystemRandom random_;
    HttpClient client_;
    BatchFacts facts_;
    Tasks tasks_;
    ChangeFeed feed_;
    Schedules schedules_;
    Scheduler scheduler_;
    Retention retention_;
    TaskScope scope_;
    std::optional<Senders> senders_;
};

} // namespace sluice
