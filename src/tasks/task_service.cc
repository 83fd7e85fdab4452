// SPDX-License-Identifier: Apache-2.0
#include "tasks/task_service.h"

#include "engine/engine.h"
#include "store/store.h"
#include "tasks/batch_plan.h"

namespace sluice {

namespace {

constexpr std::size_t claim_max = 64; // a claim may go so far beyond the limit of a target

// Most starts that are claimed may wait, for a host that is away for instance; so many are kept in
// memory for each that may be under way.
constexpr std::size_t attempts_per_place = 8;

HttpClientOptions client_options(const TaskService::Options& options, const AddressGuard& guard)
{
    HttpClientOptions client;
    client.connections_max = options.starts_max + options.deliveries_max;
    client.connections_per_host_max = options.per_target_max;
    client.guard = &guard;
    return client;
}

Webhooks::Options webhook_options(const TaskService::Options& options)
{
    Webhooks::Options webhooks;
    webhooks.defaults = options.defaults;
    webhooks.in_flight_per_target_max = options.per_target_max;
    return webhooks;
}

Retention::Options retention_options(const TaskService::Options& options, RetentionMetrics& metrics)
{
    Retention::Options retention = options.retention;
    retention.on_pass = [&metrics](const Retention::Pass& pass) {
        const auto end =
            pass.problem ? RetentionMetrics::End::failure : RetentionMetrics::End::success;
        metrics.passed(end, pass.tasks, pass.took);
    };
    return retention;
}

} // namespace

Result<std::unique_ptr<TaskService>> TaskService::make(
    asio::any_io_executor executor, Engine& engine, ProcessMetrics& metrics, Options options,
    Log log
)
{
    Result<AddressGuard> guard = AddressGuard::make(options.guard);
    if (!guard)
        return guard.error();
    return std::make_unique<TaskService>(
        std::move(executor), engine, metrics, std::move(options), *std::move(guard), std::move(log)
    );
}

TaskService::TaskService(
    asio::any_io_executor executor, Engine& engine, ProcessMetrics& metrics, Options options,
    AddressGuard guard, Log log
)
    : executor_(executor),
      engine_(engine),
      metrics_(metrics),
      options_(std::move(options)),
      log_(std::move(log)),
      guard_(std::move(guard)),
      client_(executor, client_options(options_, guard_)),
      facts_(engine.store()),
      tasks_(engine, facts_, guard_, metrics.service),
      feed_(executor, engine.store(), log_),
      schedules_(engine, guard_),
      scheduler_(executor, engine.store(), guard_, {}, log_),
      retention_(
          executor_, engine.store(), retention_options(options_, metrics.service.retention), log_
      ),
      scope_(executor, log_)
{}

TaskService::Senders::Senders(TaskService& service, WebhookSettings settings)
    : sender(
          service.client_, service.engine_.clock(), service.random_, std::move(settings),
          service.options_.tracer
      ),
      webhooks(
          service.executor_, service.engine_.store(), service.facts_, sender, service.random_,
          service.guard_, service.metrics_.service.webhooks, webhook_options(service.options_)
      ),
      executor(service.executor_, webhooks, service.log_),
      deliverer(
          service.executor_, webhooks,
          {.capacity = service.options_.deliveries_max,
           .worker = [&engine = service.engine_] { return engine.worker_id(); }},
          service.log_
      )
{}

Async<Result<void>> TaskService::start(std::string host_url, std::function<bool()> needs_token)
{
    WebhookSettings settings;
    settings.host_url = std::move(host_url);
    settings.handle_key = engine_.store().handle_secret();
    settings.needs_token = std::move(needs_token);
    settings.secrets = options_.secrets;
    settings.timeout = options_.defaults.timeout;
    senders_.emplace(*this, std::move(settings));

    Dispatcher::Options serving;
    serving.queues = {std::string(webhook_queues)};
    serving.capacity = options_.starts_max;
    serving.attempts_max = options_.starts_max * attempts_per_place;
    serving.claim_max = claim_max;
    serving.queue_max = options_.per_target_max;
    serving.as = Claim::As::claimed;
    const Result<Dispatcher*> served =
        co_await engine_.serve(std::move(serving), senders_->executor);
    if (!served)
        co_return served.error();
    engine_.on_changes([this](const Changes& changes) {
        feed_.changed(changes);
        if (senders_)
            senders_->deliverer.changed(changes);
        scheduler_.changed(changes);
    });
    scope_.spawn(feed_.run());
    scope_.spawn(senders_->deliverer.run());
    scope_.spawn(scheduler_.run());
    scope_.spawn(retention_.run());
    co_return Result<void>();
}

Async<void> TaskService::drain(std::chrono::steady_clock::duration grace)
{
    if (!senders_)
        co_return;
    scheduler_.close();
    retention_.stop();
    senders_->deliverer.close();
    co_await senders_->deliverer.stop(std::chrono::steady_clock::now() + grace);
}

Async<void> TaskService::stop(std::chrono::steady_clock::duration grace)
{
    if (!senders_)
        co_return;
    co_await drain(grace);
    feed_.close();
    co_await scope_.join();
}

} // namespace sluice
