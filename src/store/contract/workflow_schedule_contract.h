// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/contract/contract.h"
#include "store/execution_reads.h"
#include "store/schedule_reads.h"

#include <fmt/format.h>

namespace sluice {

// What contract tests of schedules of workflows and of triggers share.
class WorkflowScheduleContract : public StoreContract {
protected:
    using Due = ScheduleText::Due;

    static CreateSchedule creating(ScheduleKind kind, std::string key, Due due = Due::by_timing)
    {
        CreateSchedule request;
        request.text.name = "nightly";
        request.text.timing = Schedule{.ticks = EveryTicks{1h}};
        request.text.document = R"({"workflow":"public::shop::order"})";
        request.text.due = due;
        request.kind = kind;
        request.key = std::move(key);
        request.actor = "ann";
        return request;
    }
    ScheduleRow create_workflow(std::string key = "order")
    {
        return db(creating(ScheduleKind::workflow, std::move(key))).value();
    }
    ScheduleRow create_trigger(std::string key = "files")
    {
        return db(creating(ScheduleKind::trigger, std::move(key), Due::at_once)).value();
    }

    static ChangeSchedule changing(const ScheduleRow& row, bool enabled = true)
    {
        ChangeSchedule request;
        request.schedule = row.id;
        request.version = row.version;
        request.text = creating(row.kind, row.key).text;
        request.text.enabled = enabled;
        if (row.kind == ScheduleKind::trigger)
            request.text.due = Due::at_once;
        request.actor = "bob";
        return request;
    }

    static Submit order_run(std::size_t tasks = 1)
    {
        Submit request = new_run(tasks);
        request.run.execution = NewExecution{WorkflowId{7}, ""};
        return request;
    }

    static ScheduleMove hour_of(const ScheduleRow& row)
    {
        ScheduleMove move;
        move.schedule = row.id;
        move.version = row.version;
        move.settled_before = row.settled;
        move.settled = row.next_due.value();
        move.next_due = move.settled + 1h;
        return move;
    }

    // The tick that the schedule owes next, without a run.
    static SettleSchedule failing(const ScheduleRow& row, std::string reason = "no such workflow")
    {
        SettleSchedule request;
        request.move = hour_of(row);
        request.tick = {request.move.settled, TickOutcome::failed, std::move(reason)};
        return request;
    }

    ScheduleRow row(ScheduleId id)
    {
        return db.read([id](Reads& reads) { return reads.schedules().schedule(id); }).value().row;
    }
    std::vector<TickRow> ticks(ScheduleId id, std::size_t limit = 100)
    {
        return db.read([=](Reads& reads) { return reads.schedules().ticks(id, 0, limit); });
    }
    TickRow only_tick(ScheduleId id)
    {
        const std::vector<TickRow> all = ticks(id);
        EXPECT_EQ(all.size(), 1u);
        return all.at(0);
    }

    std::optional<Time> next_due(ScheduleKind kind, std::vector<std::string> keys = {})
    {
        return db.read([kind, keys = std::move(keys)](Reads& reads) {
            return reads.executions().next_due(kind, keys);
        });
    }

    static TakeSchedules taking(ScheduleKind kind, std::vector<std::string> keys = {})
    {
        TakeSchedules request;
        request.kind = kind;
        request.keys = std::move(keys);
        return request;
    }
    std::vector<std::string> take(const TakeSchedules& request)
    {
        std::vector<std::string> keys;
        for (const StoredSchedule& schedule : db(request).value())
            keys.push_back(schedule.row.key);
        std::ranges::sort(keys);
        return keys;
    }

    Time now() { return db.store().clock().now(); }
};

} // namespace sluice
