// SPDX-License-Identifier: Apache-2.0
#include "tasks/webhook_metrics.h"

namespace sluice {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Around the usual limit of 10 s, and beyond it.
Buckets answer_times()
{
    return Buckets::of_times(
        {milliseconds(5), milliseconds(10), milliseconds(25), milliseconds(50), milliseconds(100),
         milliseconds(250), milliseconds(500), seconds(1), milliseconds(2500), seconds(5),
         seconds(10), seconds(30), seconds(60)}
    );
}

std::size_t place(Trigger trigger)
{
    switch (trigger) {
    case Trigger::start:
        return 0;
    case Trigger::success:
    case Trigger::failure:
        return 1;
    case Trigger::cancel:
        break;
    }
    return 2;
}

struct Families {
    MetricFamily<Counter>& attempts;
    MetricFamily<Counter>& executions;
    MetricFamily<Histogram>& durations;
    MetricFamily<Counter>& dead_letters;
    MetricFamily<Counter>& skips;
    MetricFamily<Gauge>& in_flight;
};

Families declare(Metrics& metrics)
{
    return {
        metrics.counters(
            {"webhook_attempts_total", "Tries to deliver a webhook.", {"trigger", "outcome"}}
        ),
        metrics.counters(
            {"webhook_executions_total",
             "Webhooks that were delivered, or that are not tried any more.",
             {"trigger", "outcome"}}
        ),
        metrics.histograms(
            {"webhook_duration_seconds", "Time until a try was answered or failed.", {"trigger"}},
            answer_times()
        ),
        metrics.counters(
            {"webhook_dead_letters_total",
             "Webhooks whose tries are used up, or that were refused for good.",
             {"trigger"}}
        ),
        metrics.counters(
            {"webhook_idempotent_skips_total",
             "Webhooks that were to be sent again, but are delivered or under way already.",
             {"trigger"}}
        ),
        metrics.gauges(
            {"webhooks_in_flight", "Webhooks of this process that are under way now.", {"phase"}}
        )};
}

using Triggers = std::array<WebhookMetrics::OfTrigger, 3>;

Triggers triggers_of(const Families& all)
{
    Triggers triggers;
    for (const Trigger trigger : {Trigger::start, Trigger::success, Trigger::cancel}) {
        const std::string_view word = header_word(trigger);
        triggers[place(trigger)] = {
            {&all.attempts.of({word, "success"}), &all.attempts.of({word, "failure"})},
            {&all.executions.of({word, "success"}), &all.executions.of({word, "failure"})},
            &all.durations.of({word}),
            &all.dead_letters.of({word}),
            &all.skips.of({word}),
            &all.in_flight.of({trigger == Trigger::start ? "start" : "delivery"})};
    }
    return triggers;
}

} // namespace

WebhookMetrics::WebhookMetrics(Metrics& metrics)
    : triggers_(triggers_of(declare(metrics))),
      conflicts_(metrics.counter(
          {"webhook_idempotent_conflicts_total",
           "Tries whose end was not recorded because another process had the webhook by then."}
      ))
{}

WebhookMetrics::UnderWay::UnderWay(const WebhookMetrics& webhooks, Trigger trigger)
    : gauge_(*webhooks.of(trigger).in_flight)
{
    gauge_.add(1);
}

const WebhookMetrics::OfTrigger& WebhookMetrics::of(Trigger trigger) const
{
    return triggers_[place(trigger)];
}

void WebhookMetrics::tried(Trigger trigger, End end, Micros took)
{
    of(trigger).attempts.add(end);
    of(trigger).durations->observe(took);
}

void WebhookMetrics::ended(Trigger trigger, End end)
{
    of(trigger).executions.add(end);
}

void WebhookMetrics::died(Trigger trigger)
{
    of(trigger).dead_letters->add();
}

void WebhookMetrics::not_repeated(Trigger trigger)
{
    of(trigger).skips->add();
}

} // namespace sluice
