// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/page_sizes.h"
#include "api/wire_task.h"
#include "net/http.h"
#include "store/service_reads.h"

#include <optional>
#include <string>

namespace sluice {

class Tasks;

// GET /audit: {"id", "at", "actor", "action", "object", "object_id", "detail"} of each line.
Json audit_json(const EventRow& event, const SpellId& spell);

struct AuditQuery {
    ServiceReads::AuditFilter filter;
    std::optional<std::string> object_id; // still to be looked up
};
// Errors (invalid): one of the query's parameters cannot be read.
Result<AuditQuery> read_audit_query(const Request& request, const PageSizes& pages = {});

// The id in a query becomes a key. False: it is one of nothing here, so that nothing is asked for.
bool look_up_ids(const Tasks& tasks, AuditQuery& query);

} // namespace sluice
