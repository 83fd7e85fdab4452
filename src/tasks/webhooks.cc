// SPDX-License-Identifier: Apache-2.0
#include "tasks/webhooks.h"

#include "net/guard/address_guard.h"
#include "store/store.h"

#include <utility>

namespace sluice {

namespace {

// Counts a try while it is under way, also when it is cancelled.
class InFlight {
public:
    explicit InFlight(std::uint64_t& count) : count_(count) { ++count_; }
    ~InFlight() { --count_; }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

private:
    std::uint64_t& count_;
};

bool is_delivered(const Answer& answer)
{
    return answer.outcome == TryOutcome::answered && answer.status >= 200 && answer.status <= 299;
}

} // namespace

Webhooks::Webhooks(
    asio::any_io_executor executor, Store& store, BatchFacts& facts, WebhookSender& sender,
    Random& random, const AddressGuard& guard, const Options& options
)
    : store_(store),
      facts_(facts),
      sender_(sender),
      random_(random),
      clock_(store.clock()),
      defaults_(options.defaults),
      limits_(executor, options.in_flight_per_target_max),
      circuits_(executor, clock_, options.circuits)
{
    rules_.check_url = [&guard](std::string_view url) { return guard.refuse_url(url); };
}

Async<std::optional<WebhookReply>> Webhooks::send(WebhookCall call, const std::string& target)
{
    std::optional<CircuitBreakers::Pass> pass = circuits_.enter(target);
    if (!pass)
        co_return std::nullopt;
    WebhookCounts::OfTrigger& counts = counts_.of(call.trigger);
    const InFlight in_flight(counts.in_flight);
    WebhookReply reply = co_await sender_.send(std::move(call));
    pass->ended(reply.answer.outcome);
    counts.attempts.add(is_delivered(reply.answer));
    co_return std::optional<WebhookReply>(std::move(reply));
}

} // namespace sluice
