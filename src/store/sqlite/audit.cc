// SPDX-License-Identifier: Apache-2.0
// audit.sql
#include "store/audit_search.h"
#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/service_reads.h"
#include "store/sqlite/snapshot.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

ServiceReads::AuditPage SqliteServiceReads::audit(const AuditFilter& filter)
{
    std::optional<AuditPlace> from;
    if (filter.cursor != 0) {
        const Snapshot snapshot(connection_, gate_);
        const auto at =
            find(connection_.prepared(sql::time_of_event), read_value<Time>, filter.cursor);
        if (!at)
            return {};
        from = {*at, filter.cursor};
    }
    const AuditPath path = audit_path(filter);
    const Time after = filter.after.value_or(Time{});
    const auto look = [&](const AuditPlace& place, std::size_t limit) {
        const Snapshot snapshot(connection_, gate_);
        const auto list = [&](const Statement& statement, const auto&... key) {
            return collect(
                connection_.prepared(statement), read_event, key..., place.at, place.id, after,
                limit
            );
        };
        switch (path) {
        case AuditPath::task:
            return list(sql::list_events_of_task, *filter.task);
        case AuditPath::run:
            return list(sql::list_events_of_run, *filter.run);
        case AuditPath::kind:
            return list(sql::list_events_by_kind, *filter.action);
        case AuditPath::actor:
            return list(sql::list_events_by_actor, *filter.actor);
        case AuditPath::object:
            return list(sql::list_events_of_object, *filter.object);
        case AuditPath::newest:
            break;
        }
        return list(sql::list_events);
    };
    return search_audit(filter, from, look);
}

} // namespace sluice::sqlite
