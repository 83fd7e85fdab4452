// SPDX-License-Identifier: Apache-2.0
// What workflows in code ask of the database.
#include "store/contract/workflow_schedule_contract.h"

#include <functional>

namespace sluice::execution_reads_test {

class ExecutionReadsOf : public WorkflowScheduleContract {
protected:
    // Calls the reads and gives back what they answer.
    template <class Body>
    auto ask(Body body)
    {
        return db.read([body](Reads& reads) { return body(reads.executions()); });
    }

    WorkflowRow declare(const std::string& name, int version)
    {
        DeclareWorkflows request;
        request.workflows.push_back(
            {name, fmt::format("{:016x}", version), fmt::format("{{\"n\":{}}}", version)}
        );
        return db(request).value().at(0).row;
    }
    RunId run_of(const WorkflowRow& workflow, std::size_t tasks = 1)
    {
        Submit request = new_run(tasks);
        request.run.execution = NewExecution{workflow.id, R"({"n":1})"};
        return submit(request).run;
    }

    struct Listed {
        std::vector<RunId> runs;
        RunId go_on_before;
        friend bool operator==(const Listed&, const Listed&) = default;
    };
    Listed list(const ExecutionReads::Filter& filter)
    {
        const auto page = ask([filter](ExecutionReads& reads) { return reads.executions(filter); });
        Listed listed;
        for (const ExecutionReads::Execution& execution : page.executions)
            listed.runs.push_back(execution.run.row.id);
        listed.go_on_before = page.go_on_before;
        return listed;
    }

    std::vector<DoneRow> ends(std::vector<TaskId> ids, std::size_t bytes_max)
    {
        auto found = ask([=](ExecutionReads& reads) { return reads.ends(ids, bytes_max); });
        std::ranges::sort(found, {}, &DoneRow::task);
        return found;
    }

    const std::string order = "public::shop::order";
    const std::string parcel = "public::shop::parcel";
};

using Texts = std::vector<std::string>;
using enum ScheduleKind;

TEST_P(ExecutionReadsOf, workflows_tell_the_current_version_of_each)
{
    declare(parcel, 1);
    declare(order, 2);
    declare(order, 3);
    declare(order, 2);
    const auto current = ask([](ExecutionReads& reads) { return reads.workflows(); });
    ASSERT_EQ(current.size(), 2u);
    EXPECT_EQ(current[0].workflow_namespace, order);
    EXPECT_EQ(current[0].version, fmt::format("{:016x}", 2));
    EXPECT_EQ(current[0].graph, "");
    EXPECT_EQ(current[1].workflow_namespace, parcel);

    const auto versions = ask([this](ExecutionReads& reads) { return reads.versions(order); });
    ASSERT_EQ(versions.size(), 2u);
    EXPECT_EQ(versions[0].version, fmt::format("{:016x}", 2));
    EXPECT_EQ(versions[1].version, fmt::format("{:016x}", 3));

    const auto graph = [this](std::string name, std::string version) {
        const auto found =
            ask([=](ExecutionReads& reads) { return reads.workflow(name, version); });
        return found ? found->graph : "none";
    };
    EXPECT_EQ(graph(order, ""), R"({"n":2})");
    EXPECT_EQ(graph(order, fmt::format("{:016x}", 3)), R"({"n":3})");
    EXPECT_EQ(graph(order, fmt::format("{:016x}", 9)), "none");
    EXPECT_EQ(graph("public::shop::other", ""), "none");
}

TEST_P(ExecutionReadsOf, a_run_comes_with_its_workflow)
{
    const WorkflowRow workflow = declare(order, 1);
    const RunId id = run_of(workflow, 3);
    const WorkerId w = worker();
    claim_one(w);
    const auto found = ask([id](ExecutionReads& reads) { return reads.execution(id); }).value();
    EXPECT_EQ(found.run.row.id, id);
    EXPECT_EQ(found.run.row.counts.total, 3);
    EXPECT_EQ(found.run.leased, 1);
    EXPECT_EQ(found.workflow.id, workflow.id);
    EXPECT_EQ(found.workflow.workflow_namespace, order);
    EXPECT_EQ(found.workflow.version, workflow.version);

    const auto context = [this](RunId run) {
        return ask([run](ExecutionReads& reads) { return reads.initial_context(run); });
    };
    EXPECT_EQ(context(id), R"({"n":1})");
    EXPECT_EQ(context(submit(order_run()).run), "");

    Submit job = new_run(1);
    job.run.kind = RunKind::job;
    const RunId other = submit(job).run;
    EXPECT_EQ(context(other), std::nullopt);
    EXPECT_FALSE(ask([other](ExecutionReads& reads) { return reads.execution(other); }));
}

TEST_P(ExecutionReadsOf, lists_go_from_the_newest_run_on_page_by_page)
{
    const WorkflowRow workflow = declare(order, 1);
    std::vector<RunId> all;
    for (int i = 0; i < 5; ++i)
        all.insert(all.begin(), run_of(workflow));
    Submit job = new_run(1);
    job.run.kind = RunKind::job;
    submit(job);

    ExecutionReads::Filter filter;
    filter.limit = 2;
    std::vector<RunId> listed;
    std::vector<std::size_t> pages;
    do {
        const Listed page = list(filter);
        listed.insert(listed.end(), page.runs.begin(), page.runs.end());
        pages.push_back(page.runs.size());
        filter.before = page.go_on_before;
    } while (filter.before);
    EXPECT_EQ(listed, all);
    EXPECT_EQ(pages, (std::vector<std::size_t>{2, 2, 1}));
    filter.limit = 5;
    EXPECT_EQ(list(filter), (Listed{all, RunId{}})) << "there is no more";
}

TEST_P(ExecutionReadsOf, lists_are_of_a_workflow_in_all_its_versions_or_in_a_state)
{
    const RunId old = run_of(declare(order, 1));
    ASSERT_EQ(drain(worker()), 1u);
    const RunId one = run_of(declare(order, 2));
    const RunId two = run_of(declare(parcel, 1));
    ExecutionReads::Filter filter;
    filter.workflow_namespace = order;
    EXPECT_EQ(list(filter), (Listed{{one, old}, RunId{}}));
    filter.state = RunState::succeeded;
    EXPECT_EQ(list(filter), (Listed{{old}, RunId{}}));
    filter.workflow_namespace = "";
    filter.state = RunState::active;
    EXPECT_EQ(list(filter), (Listed{{two, one}, RunId{}}));
    filter.workflow_namespace = "public::shop::other";
    EXPECT_EQ(list(filter), Listed{});
}

TEST_P(ExecutionReadsOf, the_final_ones_among_runs_come_with_their_errors)
{
    const RunId active = submit(order_run()).run;
    const RunId canceled = submit(order_run()).run;
    ASSERT_TRUE(db(Cancel{target(canceled)}));
    Submit job = new_run(1);
    job.run.kind = RunKind::job;
    const RunId other = submit(job).run;
    ASSERT_TRUE(db(Cancel{target(other)}));
    const std::vector<RunId> asked{active, canceled, RunId{999}, other};
    const auto ended = ask([asked](ExecutionReads& reads) { return reads.final_among(asked); });
    ASSERT_EQ(ended.size(), 1u);
    EXPECT_EQ(ended[0].row.id, canceled);
    EXPECT_EQ(ended[0].row.state, RunState::canceled);
    EXPECT_EQ(ended[0].error, "because");
}

TEST_P(ExecutionReadsOf, tasks_stand_as_every_read_shows_them_but_without_results)
{
    Submit request = new_run(6, {{0, 1, LinkCondition::always, Unmet::skip}});
    request.run.execution = NewExecution{WorkflowId{7}, ""};
    request.tasks[1].parents.dependencies = {0};
    request.tasks[2].run_at = now() + 1h;
    const Submitted submitted = submit(request);
    ASSERT_TRUE(db(Pause{target(submitted.run, {submitted.tasks[3]})}));
    const WorkerId w = worker();
    for (const Leased& task : claim(w))
        if (task.task == submitted.tasks[4]) {
            ASSERT_TRUE(succeed(task, w));
        }
    submit(order_run(2));

    ExecutionReads::TaskFilter filter;
    filter.run = submitted.run;
    const auto tasks = ask([filter](ExecutionReads& reads) { return reads.tasks(filter); });
    ASSERT_EQ(tasks.size(), 6u);
    for (std::size_t i = 0; i < 6; ++i) {
        const Reads::Task expected = task(submitted.tasks[i]);
        EXPECT_EQ(tasks[i].row.id, submitted.tasks[i]);
        EXPECT_EQ(tasks[i].row.parents, expected.row.parents) << i;
        EXPECT_EQ(tasks[i].state, expected.state) << i;
        EXPECT_EQ(tasks[i].place, expected.place) << i;
        EXPECT_EQ(tasks[i].need.has_value(), expected.need.has_value()) << i;
        EXPECT_EQ(tasks[i].lease.has_value(), expected.lease.has_value()) << i;
        EXPECT_EQ(tasks[i].worker_name, expected.worker_name) << i;
    }
    EXPECT_EQ(tasks[1].row.parents, fmt::format("{}", submitted.tasks[0].value));
    EXPECT_EQ(tasks[4].done->outcome, TaskState::succeeded);
    EXPECT_EQ(tasks[4].done->result, "");
    EXPECT_EQ(tasks[0].lease->place.attempt, 1);

    filter.after = submitted.tasks[1];
    filter.limit = 3;
    const auto page = ask([filter](ExecutionReads& reads) { return reads.tasks(filter); });
    ASSERT_EQ(page.size(), 3u);
    EXPECT_EQ(page[0].row.id, submitted.tasks[2]);
    filter.run = RunId{999};
    EXPECT_TRUE(ask([filter](ExecutionReads& reads) { return reads.tasks(filter); }).empty());
}

TEST_P(ExecutionReadsOf, ends_come_with_as_many_results_as_were_asked_for)
{
    const Submitted submitted = submit(order_run(4));
    const WorkerId w = worker();
    const auto leases = claim(w);
    for (std::size_t i = 0; i < 3; ++i) {
        Finish finish = success_of(leases[i], w);
        finish.result = fmt::format("\"{}\"", std::string(98, 'x'));
        ASSERT_TRUE(db(finish));
    }
    const auto ids = [](const std::vector<DoneRow>& rows) {
        std::vector<TaskId> ids;
        for (const DoneRow& row : rows)
            ids.push_back(row.task);
        return ids;
    };
    const std::vector<TaskId>& all = submitted.tasks;
    const std::vector<DoneRow> three = ends(all, 1000);
    EXPECT_EQ(ids(three), (std::vector{all[0], all[1], all[2]})) << "one has not ended";
    EXPECT_EQ(three[2].result.size(), 100u);
    EXPECT_EQ(ends(all, 300).size(), 3u);
    EXPECT_EQ(ids(ends(all, 299)), (std::vector{all[0], all[1]}));
    EXPECT_EQ(ids(ends(all, 0)), std::vector{all[0]}) << "one at least";
    EXPECT_EQ(ids(ends({all[2], all[1]}, 1)), std::vector{all[1]});
    EXPECT_TRUE(ends({all[3]}, 1000).empty());
    EXPECT_TRUE(ends({}, 1000).empty());
}

TEST_P(ExecutionReadsOf, schedules_are_found_by_their_key)
{
    const ScheduleRow made = create_workflow();
    const auto found = [this](ScheduleKind kind, std::string key) {
        return ask([=](ExecutionReads& reads) { return reads.schedule_with_key(kind, key); });
    };
    EXPECT_EQ(found(workflow, "order")->row, made);
    EXPECT_EQ(found(workflow, "order")->document, R"({"workflow":"public::shop::order"})");
    EXPECT_FALSE(found(trigger, "order"));
    EXPECT_FALSE(found(workflow, "parcel"));
}

TEST_P(ExecutionReadsOf, schedules_are_listed_newest_first_by_kind)
{
    for (const char* key : {"a", "b", "c"})
        create_workflow(key);
    create_trigger("t");
    ASSERT_TRUE(db(creating(batches, "")));
    const auto keys = [this](const ExecutionReads::ScheduleFilter& filter) {
        Texts keys;
        for (const StoredSchedule& schedule :
             ask([filter](ExecutionReads& reads) { return reads.schedules(filter); }))
            keys.push_back(schedule.row.key);
        return keys;
    };
    ExecutionReads::ScheduleFilter filter;
    EXPECT_EQ(keys(filter), (Texts{"c", "b", "a"}));
    filter.skip = 1;
    filter.limit = 1;
    EXPECT_EQ(keys(filter), Texts{"b"});
    const auto b =
        ask([](ExecutionReads& reads) { return reads.schedule_with_key(workflow, "b"); });
    ASSERT_TRUE(db(changing(b->row, false)));
    filter = {};
    filter.enabled = true;
    EXPECT_EQ(keys(filter), (Texts{"c", "a"}));
    filter.enabled = false;
    EXPECT_EQ(keys(filter), Texts{"b"});
    filter = {};
    filter.kind = trigger;
    EXPECT_EQ(keys(filter), Texts{"t"});
    const auto of_service = [](Reads& reads) { return reads.schedules().schedules({}); };
    EXPECT_EQ(db.read(of_service).size(), 1u) << "the task service sees its own";
}

TEST_P(ExecutionReadsOf, history_tells_how_the_runs_of_ticks_ended)
{
    const ScheduleRow made = create_trigger();
    Submit firing = order_run();
    firing.fire = TriggerFire{made.id, made.version, std::string(32, 'a'), false};
    const Submitted first = submit(firing);
    const Time began = now();
    clock.advance(1s);
    ASSERT_EQ(drain(worker()), 1u);
    const Submitted second = submit(firing);
    const auto fired = [&](std::size_t skip, std::size_t limit) {
        return ask([=, id = made.id](ExecutionReads& reads) { return reads.fired(id, skip, limit); }
        );
    };
    const auto both = fired(0, 10);
    ASSERT_EQ(both.size(), 2u);
    EXPECT_EQ(both[0].tick.run, second.run);
    EXPECT_EQ(both[0].run_finished_at, std::nullopt);
    EXPECT_EQ(both[1].tick.run, first.run);
    EXPECT_EQ(both[1].tick.context_hash, std::string(32, 'a'));
    EXPECT_EQ(both[1].run_created_at, began);
    EXPECT_EQ(both[1].run_finished_at, now());
    ASSERT_EQ(fired(1, 10).size(), 1u);
    EXPECT_EQ(fired(1, 10)[0].tick, both[1].tick);
    EXPECT_EQ(fired(0, 1).size(), 1u);
}

TEST_P(ExecutionReadsOf, failed_ticks_of_workflows_wait_for_their_next_try)
{
    const Time start = now();
    ScheduleRow at = create_workflow();
    ScheduleRow of_service = db(creating(batches, "")).value();
    for (int i = 0; i < 3; ++i) {
        clock.advance(1h);
        ASSERT_TRUE(db(failing(at, fmt::format("{}", i))));
        ASSERT_TRUE(db(failing(of_service)));
        at = row(at.id);
        of_service = row(of_service.id);
    }
    const auto reasons = [this](const ExecutionReads::FailedTicks& which) {
        Texts reasons;
        for (const TickRow& tick :
             ask([which](ExecutionReads& reads) { return reads.failed_ticks(which); }))
            reasons.push_back(tick.reason);
        return reasons;
    };
    ExecutionReads::FailedTicks which;
    which.after = start;
    which.tried_before = now();
    EXPECT_EQ(reasons(which), (Texts{"0", "1", "2"}));
    which.limit = 2;
    EXPECT_EQ(reasons(which), (Texts{"0", "1"}));
    which.after = start + 90min;
    EXPECT_EQ(reasons(which), (Texts{"1", "2"})) << "one is too old";

    ASSERT_TRUE(db(CountTickTry{{at.id, at.settled, 0}, "again"}));
    EXPECT_EQ(reasons(which), Texts{"1"}) << "one was just tried";
    clock.advance(1min);
    which.tried_before = now();
    EXPECT_EQ(reasons(which), (Texts{"1", "again"}));
    which.tries_max = 1;
    EXPECT_EQ(reasons(which), Texts{"1"}) << "one was tried often enough";
    Submit created = order_run();
    created.tick_again = RetriedTick{at.id, at.settled - 1h, 0};
    submit(created);
    EXPECT_EQ(reasons(which), Texts{}) << "one has its run";
}

TEST_P(ExecutionReadsOf, ticks_are_counted_by_what_became_of_them)
{
    ScheduleRow at = create_workflow();
    ScheduleRow of_service = db(creating(batches, "")).value();
    ASSERT_TRUE(db(failing(of_service)));
    const Time first = at.next_due.value();
    for (int i = 0; i < 5; ++i) {
        SettleSchedule settling = failing(at);
        if (i > 2)
            settling.tick->outcome = TickOutcome::skipped;
        if (i == 0) {
            Submit firing = order_run();
            firing.tick = FiredTick{settling.move, settling.move.settled};
            submit(firing);
        } else {
            ASSERT_TRUE(db(settling));
        }
        at = row(at.id);
    }
    const auto counts = [this](Time since) {
        const auto found =
            ask([since](ExecutionReads& reads) { return reads.tick_counts(workflow, since); });
        return std::vector{found.created, found.failed, found.skipped};
    };
    using Counts = std::vector<std::int64_t>;
    EXPECT_EQ(counts(first), (Counts{1, 2, 2}));
    EXPECT_EQ(counts(first + 1s), (Counts{0, 2, 2}));
    EXPECT_EQ(counts(first + 5h), (Counts{0, 0, 0}));
}

TEST_P(ExecutionReadsOf, workers_are_told_newest_first)
{
    const WorkerId older = worker();
    const WorkerId newer = worker();
    const auto workers = ask([](ExecutionReads& reads) { return reads.servers(); });
    ASSERT_EQ(workers.size(), 2u);
    EXPECT_EQ(workers[0].id, newer);
    EXPECT_EQ(workers[1].id, older);
    EXPECT_EQ(workers[0].until, now() + 60s);
}

TEST_P(ExecutionReadsOf, queues_with_something_ready_are_found_by_how_they_begin)
{
    for (const char* queue : {"wf/a_1", "wf/a%1", "wf/ab1", "wf", "WF/a_2", "other"}) {
        Submit request = order_run();
        request.run.queues = {queue};
        submit(request);
    }
    Submit later = order_run();
    later.run.queues = {"wf/later"};
    later.tasks[0].run_at = now() + 1h;
    submit(later);
    const auto queues = [this](std::string prefix) {
        auto found =
            ask([prefix](ExecutionReads& reads) { return reads.queues_with_ready(prefix); });
        std::ranges::sort(found);
        return found;
    };
    EXPECT_EQ(queues("wf/"), (Texts{"wf/a%1", "wf/a_1", "wf/ab1"}));
    EXPECT_EQ(queues("wf/a_"), Texts{"wf/a_1"}) << "literally";
    EXPECT_EQ(queues("none"), Texts{});
    EXPECT_EQ(queues("").size(), 6u);
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, ExecutionReadsOf, ::testing::ValuesIn(all_dialects), dialect_name
);

} // namespace sluice::execution_reads_test
