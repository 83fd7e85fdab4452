// SPDX-License-Identifier: Apache-2.0
#include "sdk/workflows/host_access.h"

#include "sdk/workflows/conversions.h"
#include "sdk/workflows/errors.h"
#include "sdk/workflows/inside.h"
#include "sdk/workflows/trigger_registration.h"

#include <fmt/format.h>

#include <utility>

namespace sluice::workflows {

HostAccess::HostAccess(
    const std::string& url, const std::string& schema, const RunnerOptions& options
)
    : host_(value_or_throw(Host::open(host_options(url, schema, options)))),
      context_bytes_max_(options.context_bytes_max)
{}

// What is invalid now is the cron expression or the zone.
void HostAccess::add(const Trigger& trigger)
{
    const PendingPtr<bool> added = host_->add(registration_of(trigger, context_bytes_max_));
    added->wait();
    const CallResult<bool> answer = added->get();
    if (answer || answer.error().kind != CallError::Kind::invalid)
        return static_cast<void>(value_or_throw(answer));
    throw DefinitionError(
        fmt::format("trigger '{}' cannot be added", trigger.name), {answer.error().text}
    );
}

std::string HostAccess::text_of(const Context& context) const
{
    return Inside::context_text(context, "the context", context_bytes_max_);
}

void check_limit(std::size_t limit)
{
    if (limit < 1 || limit > 1'000)
        throw Error(
            Error::Kind::invalid, fmt::format("limit: 1 to 1,000 is accepted, not {}", limit)
        );
}

} // namespace sluice::workflows
