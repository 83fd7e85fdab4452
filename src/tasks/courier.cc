// SPDX-License-Identifier: Apache-2.0
#include "tasks/courier.h"

#include "store/store.h"
#include "tasks/delivery_end.h"

#include <utility>

namespace sluice {

Courier::Courier(Webhooks& webhooks, Options options, std::function<void()> on_waiting, Log log)
    : webhooks_(webhooks),
      options_(options),
      on_waiting_(std::move(on_waiting)),
      log_(std::move(log))
{}

// Counts a delivery among those that wait for a place.
class Courier::Waiting {
public:
    Waiting(Courier& courier, const std::string& target) : courier_(courier), target_(target)
    {
        ++courier_.waiting_;
        ++courier_.waiting_at_[target_];
        courier_.on_waiting_();
    }
    ~Waiting()
    {
        --courier_.waiting_;
        const auto at = courier_.waiting_at_.find(target_);
        if (--at->second == 0)
            courier_.waiting_at_.erase(at);
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

private:
    Courier& courier_;
    const std::string& target_;
};

Async<Result<EndTry>> Courier::attempt(const OwedDelivery& owed, WorkerId worker, Stage& stage)
{
    Result<ReadyActionRef> ready = co_await action_of(owed);
    if (!ready && is_retryable(ready.error().code))
        co_return put_off(owed.row, worker);
    if (!ready)
        co_return refuse(owed, worker, ready.error());
    const Result<Errand> errand = errand_of(owed, worker, *std::move(ready));
    if (!errand)
        co_return refuse(owed, worker, errand.error());
    co_return co_await go(*errand, stage);
}

// What an answer asked for stands in the row, the rest in the documents of the task.
Async<Result<ReadyActionRef>> Courier::action_of(const OwedDelivery& owed)
{
    const DeliveryRow& row = owed.row;
    if (!row.action.empty()) {
        const Result<Json> document = parse_json(row.action);
        if (!document)
            co_return document.error();
        co_return ready_action(*document);
    }
    const Result<std::shared_ptr<const BatchFact>> batch = co_await webhooks_.facts().of(row.run);
    if (!batch)
        co_return batch.error();
    const std::string registered = row.trigger == Trigger::cancel ? owed.cancel_actions : "";
    const auto position = static_cast<std::size_t>(row.position);
    co_return webhooks_.actions().at(**batch, owed.payload, row.trigger, position, registered);
}

Courier::Ids Courier::ids_of(const OwedDelivery& owed) const
{
    const Store& store = webhooks_.store();
    const DeliveryRow& row = owed.row;
    return {
        format_uid(store.uid(UidKind::task, owed.run_created_at, row.task.value)),
        format_uid(store.uid(UidKind::run, owed.run_created_at, row.run.value))};
}

Result<Courier::Errand>
Courier::errand_of(const OwedDelivery& owed, WorkerId worker, ReadyActionRef ready) const
{
    Errand errand{owed.row, worker, std::move(ready), nullptr, ids_of(owed), ""};
    errand.key = key_of(owed.row, errand.ids.task);
    if (errand.ready->needs_metadata && owed.metadata) {
        Result<Json> metadata = parse_json(*owed.metadata);
        if (!metadata)
            return with_context("metadata", metadata.error());
        errand.metadata = *std::move(metadata);
    }
    return errand;
}

Async<Result<EndTry>> Courier::go(const Errand& errand, Stage& stage)
{
    const std::string& target = errand.ready->target;
    if (const std::optional<Time> until = webhooks_.circuits().ask_again_at(target))
        co_return put_off_until(errand, *until);
    if (!may_wait(target))
        co_return handed_back(errand.row, errand.worker, turn_at(target));
    const std::optional<WebhookReply> reply = co_await send(errand, stage);
    if (reply)
        co_return co_await judge_reply(errand, *reply);
    const Time now = webhooks_.clock().now();
    co_return put_off_until(errand, webhooks_.circuits().ask_again_at(target).value_or(now));
}

// Nothing: the circuit has opened while it waited.
Async<std::optional<WebhookReply>> Courier::send(const Errand& errand, Stage& stage)
{
    const std::string& target = errand.ready->target;
    const HostLimits::Place place = co_await wait_for_place(target);
    stage = Stage::sending;
    WebhookCall call{
        .action = errand.ready->action,
        .metadata = errand.metadata,
        .task_id = errand.ids.task,
        .batch_id = errand.ids.batch,
        .attempt = errand.row.attempt,
        .trigger = errand.row.trigger,
        .key = errand.key};
    std::optional<WebhookReply> reply = co_await webhooks_.send(std::move(call), target);
    co_return reply;
}

// A few may wait for the place of another; the rest would fill our memory.
bool Courier::may_wait(const std::string& target) const
{
    if (webhooks_.limits().has_room(target))
        return true;
    const auto at = waiting_at_.find(target);
    const std::size_t there = at == waiting_at_.end() ? 0 : at->second;
    return there < options_.waiting_per_target_max && waiting_ < options_.waiting_max;
}

// As many come back to a full line with each turn as may wait in it: a target that is fast enough
// has work all the time, and a long backlog is not taken and given back with every turn: those for
// whom there is none left come together, when all are to come at the latest.
Time Courier::turn_at(const std::string& target)
{
    const Time now = webhooks_.clock().now();
    std::erase_if(turns_, [now](const auto& entry) { return entry.second.at <= now; });
    Turn& turn = turns_.try_emplace(target, Turn{now + options_.turn, 0}).first->second;
    const Time next = turn.at + options_.turn;
    if (turn.given >= options_.waiting_per_target_max && next <= now + options_.put_off)
        turn = {next, 0};
    ++turn.given;
    return turn.at;
}

Async<HostLimits::Place> Courier::wait_for_place(const std::string& target)
{
    if (webhooks_.limits().has_room(target))
        co_return co_await webhooks_.limits().enter(target);
    const Waiting waiting(*this, target);
    co_return co_await webhooks_.limits().enter(target);
}

Async<Result<EndTry>> Courier::judge_reply(const Errand& errand, const WebhookReply& reply)
{
    const DeliveryRow& row = errand.row;
    const Retry retry = retry_of(row, errand.ready->action, webhooks_.defaults());
    const DeliveryVerdict verdict =
        judge(reply.answer, row.tries + 1, retry, webhooks_.clock().now(), webhooks_.random());
    AnswerEffect effect = effect_of(*errand.ready, reply, verdict, errand.key);
    // Before the delivery ends: who dies in between sends it again, and has the same answer.
    if (effect.outcome && row.trigger == Trigger::start) {
        const Result<void> ended = co_await end_task(row, effect);
        if (!ended && is_retryable(ended.error().code))
            co_return put_off(row, errand.worker);
    }
    note_end(row, errand.ids, verdict);
    co_return end_of_try(row, errand.worker, reply, verdict, std::move(effect.follow_ups));
}

// What the answer to a start asked for may end the task as that answer itself may. A task that has
// ended by then, or is at a later attempt, is left alone.
Async<Result<void>> Courier::end_task(const DeliveryRow& row, const AnswerEffect& effect)
{
    UpdateTask update;
    update.task = row.task;
    update.run = row.run;
    update.attempt = row.attempt;
    update.end = effect.outcome;
    if (effect.outcome == TaskState::failed)
        update.failure_reason = effect.reason;
    const Result<bool> updated = co_await webhooks_.store().update_task(std::move(update));
    if (!updated)
        co_return updated.error();
    co_return Result<void>();
}

EndTry Courier::put_off(const DeliveryRow& row, WorkerId worker) const
{
    return handed_back(row, worker, webhooks_.clock().now() + options_.put_off);
}

// Not all at once: the first of them is the probe, which the others wait for.
EndTry Courier::put_off_until(const Errand& errand, Time pause_end)
{
    const auto range = static_cast<std::uint64_t>(options_.jitter_max.count()) + 1;
    const Micros jitter{static_cast<std::int64_t>(webhooks_.random().next() % range)};
    return handed_back(errand.row, errand.worker, pause_end + jitter);
}

// It will never be sent.
EndTry Courier::refuse(const OwedDelivery& owed, WorkerId worker, const Error& error)
{
    WebhookReply reply;
    reply.answer.outcome = TryOutcome::refused;
    reply.answer.detail = error.detail;
    const DeliveryVerdict verdict = judge(
        reply.answer, owed.row.tries + 1, Retry(), webhooks_.clock().now(), webhooks_.random()
    );
    note_end(owed.row, ids_of(owed), verdict);
    return end_of_try(owed.row, worker, reply, verdict, {});
}

void Courier::note_end(const DeliveryRow& row, const Ids& ids, const DeliveryVerdict& verdict)
{
    if (verdict.state == DeliveryState::waiting)
        return;
    webhooks_.metrics().ended(row.trigger, end_of(verdict));
    if (verdict.state == DeliveryState::delivered)
        return;
    webhooks_.metrics().died(row.trigger);
    log_.warn(
        "task {}, batch_id {}: a webhook of {} is not sent any more: {}", ids.task, ids.batch,
        member_name(row.trigger), verdict.reason
    );
}

} // namespace sluice
