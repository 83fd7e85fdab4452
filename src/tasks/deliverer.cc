// SPDX-License-Identifier: Apache-2.0
#include "tasks/deliverer.h"

#include "engine/outage.h"
#include "store/service_reads.h"
#include "store/store.h"
#include "tasks/delivery_end.h"

#include <algorithm>
#include <utility>

namespace sluice {

namespace {

using SteadyDuration = std::chrono::steady_clock::duration;

constexpr auto retry_pause = std::chrono::milliseconds(250);

// What is due but was not given to us is in the hands of another process, and what others write
// may concern us: so often at most we look for that.
constexpr Micros others_pause = std::chrono::seconds(1);

} // namespace

Deliverer::Deliverer(asio::any_io_executor executor, Webhooks& webhooks, Options options, Log log)
    : webhooks_(webhooks),
      options_(std::move(options)),
      log_(std::move(log)),
      wake_(executor),
      courier_(
          webhooks, options_.courier, [this] { wake_.notify(); }, log_
      ),
      scope_(executor, log_)
{}

Async<void> Deliverer::run()
{
    is_taking_ = true;
    while (!closed_) {
        if (!has_room()) {
            co_await wake_.wait();
            continue;
        }
        const Result<void> done = co_await run_once();
        if (!done) {
            warn_unless_away(log_, "deliveries", done.error());
            co_await sleep_for(retry_pause);
            continue;
        }
        co_await sleep();
    }
    is_taking_ = false;
    wake_.notify();
}

// Takes what there is room for. Afterwards it is known when there will be more.
Async<Result<void>> Deliverer::run_once()
{
    is_owed_ = false;
    next_due_.reset();
    looked_at_ = webhooks_.clock().now();
    TakeOwed request;
    request.worker = options_.worker();
    request.limit = options_.capacity - busy();
    if (!request.worker)
        co_return Result<void>();
    Result<std::vector<OwedDelivery>> taken = co_await webhooks_.store().take_owed(request);
    if (!taken)
        co_return taken.error();
    for (OwedDelivery& owed : *taken)
        begin(std::move(owed), request.worker);
    if (taken->size() == request.limit) {
        is_owed_ = true; // there may be more
        co_return Result<void>();
    }
    co_return co_await look_ahead();
}

Async<Result<void>> Deliverer::look_ahead()
{
    auto look = [](Reads& reads) { return reads.service().next_owed(); };
    const Result<std::optional<Time>> next = co_await webhooks_.store().read(std::move(look));
    if (!next)
        co_return next.error();
    const Time now = webhooks_.clock().now();
    if (*next)
        due_at(**next > now ? **next : now + others_pause);
    co_return Result<void>();
}

void Deliverer::due_at(Time time)
{
    if (!next_due_ || time < *next_due_)
        next_due_ = time;
}

Async<void> Deliverer::sleep()
{
    while (!closed_ && time_to_sleep() > SteadyDuration::zero())
        co_await wake_.wait_for(time_to_sleep());
}

SteadyDuration Deliverer::time_to_sleep() const
{
    if (is_owed_)
        return SteadyDuration::zero();
    const Time now = webhooks_.clock().now();
    SteadyDuration left = looked_at_ + options_.pulse - now;
    if (next_due_)
        left = std::min<SteadyDuration>(left, *next_due_ - now);
    return left;
}

void Deliverer::begin(OwedDelivery owed, WorkerId worker)
{
    const auto delivery =
        deliveries_.emplace(deliveries_.end(), scope_.executor(), std::move(owed), worker);
    if (closed_)
        delivery->stop.request();
    scope_.spawn(deliver(delivery));
}

Async<void> Deliverer::deliver(Deliveries::iterator delivery)
{
    const OwedDelivery& owed = delivery->owed;
    std::optional<Result<EndTry>> tried;
    if (!delivery->stop.requested()) {
        auto attempt = courier_.attempt(owed, delivery->worker, delivery->stage);
        tried = co_await with_stop(std::move(attempt), delivery->stop);
    }
    EndTry end = handed_back(owed.row, delivery->worker, webhooks_.clock().now());
    if (tried && *tried)
        end = std::move(**tried);
    ++reporting_;
    wake_.notify(); // its place is free
    const std::optional<Time> again_at = end.again_at;
    co_await report(std::move(end));
    --reporting_;
    deliveries_.erase(delivery);
    if (again_at)
        due_at(*again_at);
    wake_.notify();
}

// Who stops does not wait for a database that is away: the delivery is somebody's again when this
// process is known to be dead.
Async<void> Deliverer::report(EndTry end)
{
    for (;;) {
        EndTry request = end;
        const Result<bool> ended = co_await webhooks_.store().end_try(std::move(request));
        if (ended)
            co_return;
        if (ended.error().code == Errc::conflict)
            webhooks_.metrics().conflicted();
        warn_unless_away(log_, "end of a delivery", ended.error());
        if (stopping_ || !is_retryable(ended.error().code))
            co_return;
        co_await sleep_for(retry_pause);
    }
}

void Deliverer::close()
{
    closed_ = true;
    for (Delivery& delivery : deliveries_)
        if (delivery.stage == Courier::Stage::before)
            delivery.stop.request();
    wake_.notify();
}

Async<void> Deliverer::stop(std::chrono::steady_clock::time_point deadline)
{
    while (is_taking_)
        co_await wake_.wait(); // for what is being taken
    while (!deliveries_.empty() && std::chrono::steady_clock::now() < deadline)
        co_await wake_.wait_for(deadline - std::chrono::steady_clock::now());
    stopping_ = true;
    for (Delivery& delivery : deliveries_)
        delivery.stop.request();
    co_await scope_.join();
}

void Deliverer::changed(const Changes& changes)
{
    is_owed_ |= changes.owed;
    if (changes.from_outside)
        due_at(looked_at_ + others_pause);
    if (changes.owed || changes.from_outside)
        wake_.notify();
}

} // namespace sluice
