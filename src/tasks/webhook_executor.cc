// SPDX-License-Identifier: Apache-2.0
#include "tasks/webhook_executor.h"

#include "async/signal.h"
#include "async/with_stop.h"
#include "store/service_reads.h"
#include "store/store.h"
#include "tasks/answer_actions.h"

#include <utility>

namespace sluice {

namespace {

constexpr auto store_pause = std::chrono::milliseconds(250);

// The event hears of the request for as long as it lives, and not longer.
class StopLink {
public:
    StopLink(Stop& stop, StopEvent& event) : stop_(stop)
    {
        stop_.on_request([&event] { event.request(); });
    }
    ~StopLink()
    {
        stop_.on_request([] {});
    }
    StopLink(const StopLink&) = delete;
    StopLink& operator=(const StopLink&) = delete;

private:
    Stop& stop_;
};

Outcome stopped_outcome()
{
    Outcome outcome;
    outcome.kind = Outcome::Kind::returned;
    outcome.error = "stopped before the target had accepted it";
    return outcome;
}

// Another try would end the same way.
Outcome not_sent(const Error& error)
{
    Outcome outcome;
    outcome.kind = Outcome::Kind::failed;
    outcome.failure = FailureKind::start;
    outcome.error = "on_start webhook failed: not sent: " + error.detail;
    return outcome;
}

} // namespace

WebhookExecutor::WebhookExecutor(asio::any_io_executor executor, Webhooks& webhooks, Log log)
    : executor_(std::move(executor)), webhooks_(webhooks), log_(std::move(log))
{}

Async<Outcome> WebhookExecutor::execute(const Leased& task, Stop& stop)
{
    StopEvent stopped(executor_);
    const StopLink link(stop, stopped);
    std::optional<Result<Outcome>> outcome = co_await with_stop(start(task, stop), stopped);
    if (!outcome)
        co_return stopped_outcome();
    if (!*outcome)
        co_return not_sent(outcome->error());
    co_return std::move(**outcome);
}

// Errors: why it cannot be sent, whenever.
Async<Result<Outcome>> WebhookExecutor::start(const Leased& task, Stop& stop)
{
    Result<Starting> starting = co_await prepare(task);
    while (!starting && is_retryable(starting.error().code)) {
        stop.waits();
        co_await sleep_for(store_pause);
        co_await stop.goes_on();
        starting = co_await prepare(task);
    }
    if (!starting)
        co_return starting.error();

    const Retry retry =
        retry_of(Trigger::start, starting->ready->action.retry, webhooks_.defaults());
    for (int tries = 1;; ++tries) {
        if (stop.is_outdated())
            co_return stopped_outcome();
        const WebhookReply reply = co_await send(task, *starting, stop);
        const Time now = webhooks_.clock().now();
        const DeliveryVerdict verdict = judge(reply.answer, tries, retry, now, webhooks_.random());
        if (verdict.state != DeliveryState::waiting)
            co_return end(*starting, reply, verdict);
        stop.waits();
        co_await sleep_for(*verdict.try_at - now);
        co_await stop.goes_on();
    }
}

Async<Result<WebhookExecutor::Starting>> WebhookExecutor::prepare(const Leased& task)
{
    Result<std::shared_ptr<const BatchFact>> batch = co_await webhooks_.facts().of(task.run);
    if (!batch)
        co_return batch.error();
    Result<ReadyActionRef> ready = webhooks_.actions().at(**batch, task.payload, Trigger::start, 0);
    if (!ready)
        co_return ready.error();
    Starting starting;
    starting.ready = *std::move(ready);
    starting.batch_id = (*batch)->id;
    const Uid uid = webhooks_.store().uid(UidKind::task, (*batch)->created_at, task.task.value);
    starting.task_id = format_uid(uid);
    starting.key = idempotency_key({starting.task_id, task.attempt, Trigger::start, 0});
    if (!starting.ready->needs_metadata)
        co_return starting;
    Result<Json> metadata = co_await metadata_of(task.task);
    if (!metadata)
        co_return metadata.error();
    starting.metadata = *std::move(metadata);
    co_return starting;
}

Async<Result<Json>> WebhookExecutor::metadata_of(TaskId task)
{
    auto look = [task](Reads& reads) { return reads.service().task(task); };
    const Result<std::optional<TaskView>> view = co_await webhooks_.store().read(std::move(look));
    if (!view)
        co_return view.error();
    if (!*view)
        co_return Error{Errc::not_found, "the task does not exist any more"};
    const std::optional<std::string>& metadata = (*view)->card.metadata;
    if (!metadata)
        co_return json_result(nullptr);
    co_return parse_json(*metadata);
}

// One try, as soon as the target has room and its circuit is not open.
Async<WebhookReply> WebhookExecutor::send(const Leased& task, const Starting& starting, Stop& stop)
{
    const std::string& target = starting.ready->target;
    HostLimits& limits = webhooks_.limits();
    CircuitBreakers& circuits = webhooks_.circuits();
    for (;;) {
        {
            const bool has_to_wait = !limits.has_room(target);
            if (has_to_wait)
                stop.waits();
            const HostLimits::Place place = co_await limits.enter(target);
            if (has_to_wait)
                co_await stop.goes_on();
            WebhookCall call{
                .action = starting.ready->action,
                .metadata = starting.metadata,
                .task_id = starting.task_id,
                .batch_id = starting.batch_id,
                .attempt = task.attempt,
                .trigger = Trigger::start,
                .key = starting.key};
            std::optional<WebhookReply> reply = co_await webhooks_.send(std::move(call), target);
            if (reply)
                co_return *std::move(reply);
        }
        stop.waits();
        while (const std::optional<Time> until = circuits.ask_again_at(target))
            co_await circuits.wait(*until);
        co_await stop.goes_on();
    }
}

Outcome WebhookExecutor::end(
    const Starting& starting, const WebhookReply& reply, const DeliveryVerdict& verdict
)
{
    webhooks_.metrics().ended(Trigger::start, end_of(verdict));
    AnswerEffect effect = effect_of(*starting.ready, reply, verdict, starting.key);
    std::vector<std::string> ignored;
    Outcome outcome = start_outcome(reply, verdict, std::move(effect), webhooks_.rules(), ignored);
    for (const std::string& why : ignored)
        log_.warn(
            "task {}, batch_id {}: a cancel action in the answer to on_start is ignored: {}",
            starting.task_id, starting.batch_id, why
        );
    if (outcome.kind == Outcome::Kind::failed)
        log_.info("task {}, batch_id {}: {}", starting.task_id, starting.batch_id, outcome.error);
    return outcome;
}

} // namespace sluice
