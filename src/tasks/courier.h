// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log.h"
#include "store/service_requests.h"
#include "tasks/answer_actions.h"
#include "tasks/webhooks.h"

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

namespace sluice {

// Takes single deliveries to their targets. Lives on the loop; `webhooks` outlives it.
class Courier {
public:
    struct Options {
        std::size_t waiting_per_target_max = 256; // for a place there
        std::size_t waiting_max = 2048;           // in all
        Micros turn = std::chrono::seconds(1);    // between those that come back to a full line
        Micros put_off = std::chrono::seconds(15);
        Micros jitter_max = std::chrono::seconds(5); // after the pause of a circuit
    };

    // `on_waiting` is called when one more waits for a place.
    Courier(Webhooks& webhooks, Options options, std::function<void()> on_waiting, Log log);

    // What somebody who looks at a delivery under way wants to know.
    enum class Stage : std::uint8_t { before, sending };

    // One try. A delivery that cannot be tried now (too many wait for the target, or its circuit
    // is open) comes back to be put off. `owed` and `stage` outlive the call.
    Async<Result<EndTry>> attempt(const OwedDelivery& owed, WorkerId worker, Stage& stage);

    std::size_t waiting() const { return waiting_; }

private:
    struct Ids {
        std::string task;
        std::string batch;
    };

    // What a try needs.
    struct Errand {
        const DeliveryRow& row;
        WorkerId worker;
        ReadyActionRef ready;
        Json metadata;
        Ids ids;
        std::string key;
    };
    class Waiting;

    // When the next of those that found a line full come back to it, and how many so far.
    struct Turn {
        Time at;
        std::size_t given = 0;
    };

    Async<Result<ReadyActionRef>> action_of(const OwedDelivery& owed);
    Ids ids_of(const OwedDelivery& owed) const;
    Result<Errand> errand_of(const OwedDelivery& owed, WorkerId worker, ReadyActionRef ready) const;
    bool may_wait(const std::string& target) const;
    Async<HostLimits::Place> wait_for_place(const std::string& target);
    Async<Result<EndTry>> go(const Errand& errand, Stage& stage);
    Async<std::optional<WebhookReply>> send(const Errand& errand, Stage& stage);
    Async<Result<EndTry>> judge_reply(const Errand& errand, const WebhookReply& reply);
    Async<Result<void>> end_task(const DeliveryRow& row, const AnswerEffect& effect);
    Time turn_at(const std::string& target);
    EndTry put_off(const DeliveryRow& row, WorkerId worker) const;
    EndTry put_off_until(const Errand& errand, Time pause_end);
    EndTry refuse(const OwedDelivery& owed, WorkerId worker, const Error& error);
    void note_end(const DeliveryRow& row, const Ids& ids, const DeliveryVerdict& verdict);

    Webhooks& webhooks_;
    Options options_;
    std::function<void()> on_waiting_;
    Log log_;
    std::size_t waiting_ = 0;
    std::unordered_map<std::string, std::size_t> waiting_at_; // by target
    std::unordered_map<std::string, Turn> turns_;             // likewise; those that lie ahead
};

} // namespace sluice
