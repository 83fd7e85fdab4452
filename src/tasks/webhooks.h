// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exec/webhook/webhook_sender.h"
#include "tasks/batch_facts.h"
#include "tasks/circuit_breakers.h"
#include "tasks/host_limits.h"
#include "tasks/webhook_actions.h"
#include "tasks/webhook_metrics.h"

#include <optional>
#include <string>

namespace sluice {

class AddressGuard;

// How what is not tried any more has ended.
inline WebhookMetrics::End end_of(const DeliveryVerdict& verdict)
{
    return verdict.state == DeliveryState::delivered ? WebhookMetrics::End::success
                                                     : WebhookMetrics::End::failure;
}

// What starts and deliveries of one process have in common: the limits of each target, its
// circuit, the actions that were read. Lives on the loop; what it is given outlives it.
class Webhooks {
public:
    struct Options {
        DeliveryDefaults defaults;
        std::size_t in_flight_per_target_max = 64;
        CircuitBreakers::Limits circuits;
    };

    Webhooks(
        asio::any_io_executor executor, Store& store, BatchFacts& facts, WebhookSender& sender,
        Random& random, const AddressGuard& guard, WebhookMetrics& metrics, const Options& options
    );

    // One try, by somebody who has a place in limits(). Nothing: the circuit of the target is
    // open, and it was not tried. What the call refers to outlives it.
    Async<std::optional<WebhookReply>> send(WebhookCall call, const std::string& target);

    Store& store() { return store_; }
    BatchFacts& facts() { return facts_; }
    Random& random() { return random_; }
    WebhookActions& actions() { return actions_; }
    HostLimits& limits() { return limits_; }
    CircuitBreakers& circuits() { return circuits_; }
    WebhookMetrics& metrics() { return metrics_; }
    const Clock& clock() const { return clock_; }
    const DeliveryDefaults& defaults() const { return defaults_; }
    const ActionRules& rules() const { return rules_; } // of actions that come in answers

private:
    Store& store_;
    BatchFacts& facts_;
    WebhookSender& sender_;
    Random& random_;
    const Clock& clock_;
    DeliveryDefaults defaults_;
    ActionRules rules_;
    WebhookActions actions_;
    HostLimits limits_;
    CircuitBreakers circuits_;
    WebhookMetrics& metrics_;
};

} // namespace sluice
