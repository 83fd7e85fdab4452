// SPDX-License-Identifier: Apache-2.0
#include "store/audit_search.h"

#include <algorithm>
#include <limits>

namespace sluice {

namespace {

using Filter = ServiceReads::AuditFilter;

constexpr std::size_t audit_piece_max = 1000;
constexpr std::size_t lines_looked_at_max = 20'000; // lines, for one page

// Of the lines that targets cause, which are most, there is no index by kind or actor.
bool is_indexed_kind(const std::string& kind)
{
    return kind != "report";
}

bool is_indexed_actor(const std::string& actor)
{
    return !actor.empty() && actor != "handle";
}

bool is_asked_for(const EventRow& event, const Filter& filter)
{
    return (!filter.actor || event.actor == *filter.actor) &&
           (!filter.action || event.kind == *filter.action) &&
           (!filter.object || object_of(event) == *filter.object) &&
           (!filter.object_id || event.object_id == *filter.object_id) &&
           (!filter.task || event.task == *filter.task) &&
           (!filter.run || (event.run == *filter.run && !event.task));
}

} // namespace

AuditPath audit_path(const Filter& filter)
{
    if (filter.task)
        return AuditPath::task;
    if (filter.run)
        return AuditPath::run;
    if (filter.object && *filter.object != "task" && *filter.object != "batch")
        return AuditPath::object;
    if (filter.action && is_indexed_kind(*filter.action))
        return AuditPath::kind;
    if (filter.actor && is_indexed_actor(*filter.actor))
        return AuditPath::actor;
    return AuditPath::newest;
}

std::string_view object_of(const EventRow& event)
{
    if (!event.object.empty())
        return event.object;
    return event.task ? "task" : "batch";
}

ServiceReads::AuditPage
search_audit(const Filter& filter, const std::optional<AuditPlace>& from, const LookAtAudit& look)
{
    constexpr std::int64_t last_id = std::numeric_limits<std::int64_t>::max();
    constexpr Time last_time = from_micros(253'402'300'799'999'999); // the year 9999
    AuditPlace place{filter.before.value_or(last_time), last_id};
    if (from && (from->at < place.at || (from->at == place.at && from->id < place.id)))
        place = *from;
    ServiceReads::AuditPage page;
    std::size_t piece = filter.limit + 1;
    for (std::size_t looked_at = 0; looked_at < lines_looked_at_max; looked_at += piece) {
        piece = looked_at == 0 ? piece : audit_piece_max;
        std::vector<EventRow> lines = look(place, piece);
        const bool is_end = lines.size() < piece;
        for (EventRow& line : lines) {
            place = {line.at, line.id};
            if (!is_asked_for(line, filter))
                continue;
            if (page.events.size() == filter.limit) {
                page.next_cursor = page.events.back().id;
                return page;
            }
            page.events.push_back(std::move(line));
        }
        if (is_end)
            return page;
    }
    page.next_cursor = place.id; // whatever stands behind has not been looked at
    return page;
}

} // namespace sluice
