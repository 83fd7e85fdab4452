// SPDX-License-Identifier: Apache-2.0
// Schedules and triggers of workflows on a real database, with time in the test's hands.
#pragma once

#include "base/json.h"
#include "model/workflow/workflow_version.h"
#include "store/contract/contract.h"
#include "store/execution_reads.h"
#include "workflows/cron_schedules.h"
#include "workflows/trigger_schedules.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace sluice::testing {

class ScheduleTest : public StoreContract {
protected:
    ScheduleTest() { declare("etl"); }

    // A workflow of one task, as a program registers it: the current version from here on.
    void declare(const std::string& name, const std::string& task_id = "extract")
    {
        WorkflowDefinition definition;
        definition.name.workflow = name;
        WorkflowTask& only = definition.tasks.emplace_back();
        only.id = task_id;
        DeclareWorkflows request;
        request.workflows.push_back(
            {definition.name.text(), workflow_version(definition),
             dump_json(definition_json(definition))}
        );
        ASSERT_TRUE(db(request));
    }

    template <class T>
    T wait(Async<T> work)
    {
        return await(loop, std::move(work));
    }

    Time now() { return db.store().clock().now(); }

    // Somebody sets the clock, and the engine follows.
    void set_clock(Micros by)
    {
        look_at_clock();
        clock.jump(by);
        look_at_clock();
        ASSERT_EQ(now(), clock.wall());
    }
    void look_at_clock()
    {
        CheckClock request;
        request.offset = db.store().clock().measured(clock.wall());
        ASSERT_TRUE(db(request));
    }

    CronSchedules::New every_hour(std::string workflow = "etl")
    {
        CronSchedules::New made;
        made.workflow = std::move(workflow);
        made.expression = "0 * * * *";
        return made;
    }

    std::string add(CronSchedules::New schedule)
    {
        return wait(cron.add(std::move(schedule))).value();
    }
    std::string add() { return add(every_hour()); }

    CronScheduleView get(const std::string& id) { return wait(cron.get(id)).value(); }

    // Oldest first.
    std::vector<CronFireView> history(const std::string& id)
    {
        std::vector<CronFireView> found = wait(cron.history(id, 20'000, 0)).value();
        std::ranges::reverse(found);
        return found;
    }

    RunId key_of_run(const std::string& id)
    {
        return RunId{db.store().key(UidKind::run, parse_uid(id).value()).value()};
    }

    Json context_of(const std::string& run_id)
    {
        const RunId key = key_of_run(run_id);
        const auto text = db.read([key](Reads& reads) {
            return reads.executions().initial_context(key).value();
        });
        return text.empty() ? Json::object() : parse_json(text).value();
    }

    // Ends all tasks of workflows that are ready, well.
    void end_runs(const std::string& workflow = "etl")
    {
        const WorkerId me = worker();
        const Claim all = claim_of(me, 1000, {"workflow/public::embedded::" + workflow});
        for (const Leased& task : db(all).value())
            ASSERT_TRUE(succeed(task, me));
    }

    CronSchedules cron{db.store(), "ann"};
    TriggerSchedules triggers{db.store(), "ann"};
};

} // namespace sluice::testing
