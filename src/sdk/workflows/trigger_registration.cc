// SPDX-License-Identifier: Apache-2.0
#include "sdk/workflows/trigger_registration.h"

#include "model/schedule/cron.h"
#include "model/schedule/zone.h"
#include "sdk/workflows/durations.h"
#include "sdk/workflows/inside.h"

#include <fmt/format.h>

namespace sluice::workflows {

namespace {

constexpr std::size_t name_bytes_max = 255;
constexpr std::chrono::milliseconds interval_min{10};

std::vector<std::string> problems_of(const Trigger& trigger)
{
    std::vector<std::string> problems;
    if (trigger.name.empty() || trigger.name.size() > name_bytes_max)
        problems.push_back(
            fmt::format("name: 1 to 255 bytes are accepted, not {}", trigger.name.size())
        );
    if (!trigger.poll && !trigger.workflow.empty())
        problems.push_back("poll: a function is needed");
    if (trigger.cron.empty() && trigger.interval < interval_min)
        problems.push_back(
            fmt::format("interval: at least 10 ms is accepted, not {} ms", trigger.interval.count())
        );
    if (trigger.cron.empty())
        return problems;
    if (const Result<Cron> cron = parse_cron(trigger.cron); !cron)
        problems.push_back(cron.error().detail);
    if (const Result<Zone> zone = find_zone(trigger.timezone); !zone)
        problems.push_back(zone.error().detail);
    return problems;
}

} // namespace

RegisteredTrigger registration_of(const Trigger& trigger, std::size_t context_bytes_max)
{
    std::vector<std::string> problems = problems_of(trigger);
    if (!problems.empty())
        throw DefinitionError(
            fmt::format("trigger '{}' cannot be added", trigger.name), std::move(problems)
        );
    auto registration = std::make_shared<TriggerRegistration>();
    registration->name = trigger.name;
    registration->workflow = trigger.workflow;
    registration->interval = micros_of(trigger.interval);
    registration->cron = trigger.cron;
    registration->timezone = trigger.timezone;
    registration->allow_concurrent = trigger.allow_concurrent;
    if (trigger.poll)
        registration->poll = [poll = trigger.poll,
                              context_bytes_max]() -> std::optional<std::string> {
            const TriggerResult result = poll();
            if (!result.is_fire())
                return std::nullopt;
            return Inside::context_text(result.context(), "the context", context_bytes_max);
        };
    return registration;
}

} // namespace sluice::workflows
