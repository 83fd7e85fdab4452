// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/metrics.h"
#include "model/webhook/trigger.h"

#include <array>
#include <cstdint>

namespace sluice {

// What becomes of the webhooks that this process sends. Any thread.
class WebhookMetrics {
public:
    enum class End : std::uint8_t { success, failure };

    struct Ends {
        Counter* success = nullptr;
        Counter* failure = nullptr;

        void add(End end) const { (end == End::success ? success : failure)->add(); }
    };

    // What stands under one trigger; both ends of a task are the same one.
    struct OfTrigger {
        Ends attempts;
        Ends executions;
        Histogram* durations = nullptr;
        Counter* dead_letters = nullptr;
        Counter* skips = nullptr;
        Gauge* in_flight = nullptr; // those of a task's end and of its cancel are one number
    };

    explicit WebhookMetrics(Metrics& metrics);

    // One try, as long as it is under way, also when it is cancelled.
    class UnderWay {
    public:
        UnderWay(const WebhookMetrics& webhooks, Trigger trigger);
        ~UnderWay() { gauge_.add(-1); }
        UnderWay(const UnderWay&) = delete;
        UnderWay& operator=(const UnderWay&) = delete;

    private:
        Gauge& gauge_;
    };

    void tried(Trigger trigger, End end, Micros took);
    void ended(Trigger trigger, End end); // delivered, or not tried any more
    void died(Trigger trigger);           // became a dead letter

    // Somebody wanted it sent again that was not dead: the target has it, or will.
    void not_repeated(Trigger trigger);
    // It was tried here, and meanwhile another process had it.
    void conflicted() { conflicts_.add(); }

    const OfTrigger& of(Trigger trigger) const;

private:
    std::array<OfTrigger, 3> triggers_;
    Counter& conflicts_;
};

} // namespace sluice
