// SPDX-License-Identifier: Apache-2.0
// audit.sql
#include "store/audit_search.h"
#include "store/postgres/codec.h"
#include "store/postgres/service_reads.h"
#include "store/postgres/tables.h"

#include "store/postgres_sql.h"

namespace sluice::postgres {

namespace {

using Filter = ServiceReads::AuditFilter;

const Statement& statement_for(AuditPath path)
{
    switch (path) {
    case AuditPath::task:
        return sql::list_events_of_task;
    case AuditPath::run:
        return sql::list_events_of_run;
    case AuditPath::kind:
        return sql::list_events_by_kind;
    case AuditPath::actor:
        return sql::list_events_by_actor;
    case AuditPath::object:
        return sql::list_events_of_object;
    case AuditPath::newest:
        break;
    }
    return sql::list_events;
}

void add_key(Params& params, AuditPath path, const Filter& filter)
{
    if (path == AuditPath::task)
        params.add(*filter.task);
    else if (path == AuditPath::run)
        params.add(*filter.run);
    else if (path == AuditPath::kind)
        params.add(Text{"action", *filter.action});
    else if (path == AuditPath::actor)
        params.add(Text{"actor", *filter.actor});
    else if (path == AuditPath::object)
        params.add(Text{"object", *filter.object});
}

} // namespace

ServiceReads::AuditPage PostgresServiceReads::audit(const AuditFilter& filter)
{
    std::optional<AuditPlace> from;
    if (filter.cursor != 0) {
        Params params;
        params.add(filter.cursor);
        const auto at = connection_.query(sql::time_of_event, params).value<Time>();
        if (!at)
            return {};
        from = {*at, filter.cursor};
    }
    const AuditPath path = audit_path(filter);
    const auto look = [&](const AuditPlace& place, std::size_t limit) {
        Params params;
        add_key(params, path, filter);
        params.add(place.at).add(place.id).add(filter.after.value_or(Time{}));
        params.add(limit_of(limit));
        return connection_.query(statement_for(path), params).all(read_event);
    };
    return search_audit(filter, from, look);
}

} // namespace sluice::postgres
