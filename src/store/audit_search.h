// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/service_reads.h"

#include <functional>

namespace sluice {

// How a page of the audit is found, in either dialect: lines are read by the index that holds the
// fewest, from the newest on, and what else is asked for is decided line by line.

// Which index that is.
enum class AuditPath : std::uint8_t { newest, task, run, kind, actor, object };
AuditPath audit_path(const ServiceReads::AuditFilter& filter);

// What a line is about; one without a word of its own is about its task or its batch.
std::string_view object_of(const EventRow& event);

// Up to `limit` lines behind (at, id), newest first; fewer: there are no more.
struct AuditPlace {
    Time at;
    std::int64_t id = 0;
};
using LookAtAudit = std::function<std::vector<EventRow>(const AuditPlace& from, std::size_t limit)>;

// `from`: where the filter's cursor stands; nothing: at the newest.
ServiceReads::AuditPage search_audit(
    const ServiceReads::AuditFilter& filter, const std::optional<AuditPlace>& from,
    const LookAtAudit& look
);

} // namespace sluice
