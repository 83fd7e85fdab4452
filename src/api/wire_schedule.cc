// SPDX-License-Identifier: Apache-2.0
#include "api/wire_schedule.h"

#include "api/wire_values.h"
#include "base/enum_names.h"

namespace sluice {

namespace {

constexpr EnumNames<TickOutcome, 3> outcome_words{
    {{TickOutcome::created, "created"},
     {TickOutcome::skipped, "skipped"},
     {TickOutcome::failed, "failed"}}};

} // namespace

// A batch is created when its tick fires.
Result<Json> schedule_json(const StoredSchedule& schedule, const SpellId& spell)
{
    const ScheduleRow& row = schedule.row;
    Result<Json> document = parse_json(schedule.document);
    if (!document)
        return Error{Errc::corrupt, document.error().detail};
    Json json{{"id", spell(UidKind::schedule, row.created_at, row.id.value)}};
    json.update(*document);
    json["next_run_at"] = time_or_null(row.next_due);
    json["last_run_at"] = time_or_null(row.last_fired_at);
    json["last_batch_id"] = nullptr;
    if (row.last_fired_at)
        json["last_batch_id"] = spell(UidKind::run, *row.last_fired_at, row.last_run.value);
    json["created_at"] = format_time(row.created_at);
    json["updated_at"] = format_time(row.updated_at);
    return json_result(std::move(json));
}

Json tick_json(const TickRow& tick, std::string_view schedule_id, const SpellId& spell)
{
    Json json{
        {"schedule_id", schedule_id},
        {"scheduled_at", format_time(tick.at)},
        {"fired_at", format_time(tick.fired_at)},
        {"outcome", outcome_words.name(tick.outcome)},
        {"batch_id", nullptr},
        {"reason", text_or_null(tick.reason)}};
    if (tick.run)
        json["batch_id"] = spell(UidKind::run, tick.fired_at, tick.run.value);
    return json;
}

} // namespace sluice
