// SPDX-License-Identifier: Apache-2.0
#include "tasks/webhooks.h"

#include "net/guard/address_guard.h"
#include "store/store.h"

#include <utility>

namespace sluice {

namespace {

bool is_delivered(const Answer& answer)
{
    return answer.outcome == TryOutcome::answered && answer.status >= 200 && answer.status <= 299;
}

} // namespace

Webhooks::Webhooks(
    asio::any_io_executor executor, Store& store, BatchFacts& facts, WebhookSender& sender,
    Random& random, const AddressGuard& guard, WebhookMetrics& metrics, const Options& options
)
    : store_(store),
      facts_(facts),
      sender_(sender),
      random_(random),
      clock_(store.clock()),
      defaults_(options.defaults),
      limits_(executor, options.in_flight_per_target_max),
      circuits_(executor, clock_, options.circuits),
      metrics_(metrics)
{
    rules_.check_url = [&guard](std::string_view url) { return guard.refuse_url(url); };
}

Async<std::optional<WebhookReply>> Webhooks::send(WebhookCall call, const std::string& target)
{
    std::optional<CircuitBreakers::Pass> pass = circuits_.enter(target);
    if (!pass)
        co_return std::nullopt;
    const Trigger trigger = call.trigger;
    const WebhookMetrics::UnderWay under_way(metrics_, trigger);
    const auto begin = std::chrono::steady_clock::now();
    WebhookReply reply = co_await sender_.send(std::move(call));
    pass->ended(reply.answer.outcome);
    const auto took = std::chrono::steady_clock::now() - begin;
    metrics_.tried(
        trigger,
        is_delivered(reply.answer) ? WebhookMetrics::End::success : WebhookMetrics::End::failure,
        std::chrono::duration_cast<Micros>(took)
    );
    co_return std::optional<WebhookReply>(std::move(reply));
}

} // namespace sluice
