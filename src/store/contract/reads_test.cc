// SPDX-License-Identifier: Apache-2.0
#include "store/contract/contract.h"

#include "base/random.h"

#include <fmt/format.h>

namespace sluice::reads_test {

namespace {

std::vector<TaskId> ids_of(const std::vector<Reads::Task>& tasks)
{
    std::vector<TaskId> ids;
    for (const Reads::Task& task : tasks)
        ids.push_back(task.row.id);
    return ids;
}

std::vector<RunId> ids_of(const std::vector<Reads::Run>& runs)
{
    std::vector<RunId> ids;
    for (const Reads::Run& run : runs)
        ids.push_back(run.row.id);
    return ids;
}

} // namespace

TEST_P(StoreContract, runs_are_listed_newest_first_in_pages)
{
    std::vector<RunId> all;
    for (int i = 0; i < 7; ++i)
        all.insert(all.begin(), submit(new_run(1)).run);

    std::vector<RunId> listed;
    Reads::RunFilter filter;
    filter.limit = 3;
    for (;;) {
        const auto page = db.read([filter](Reads& reads) { return reads.runs(filter); });
        if (page.empty())
            break;
        for (const RunId id : ids_of(page))
            listed.push_back(id);
        filter.before = page.back().row.id;
    }
    EXPECT_EQ(listed, all);
}

TEST_P(StoreContract, runs_are_filtered_by_kind_state_and_a_piece_of_the_name)
{
    const WorkerId w = worker();
    const auto named = [&](std::string name, RunKind kind) {
        Submit request = new_run(1);
        request.run.name = std::move(name);
        request.run.kind = kind;
        return submit(request).run;
    };
    const RunId one = named("nightly 100%", RunKind::job);
    const RunId two = named("nightly_b", RunKind::batch);
    const RunId three = named("Nightly", RunKind::job);
    ASSERT_TRUE(succeed(claim_one(w), w));
    const auto list = [&](Reads::RunFilter filter) {
        return ids_of(db.read([filter](Reads& reads) { return reads.runs(filter); }));
    };
    using Ids = std::vector<RunId>;

    EXPECT_EQ(list({}), (Ids{three, two, one}));
    EXPECT_EQ(
        list({.kind = RunKind::job, .state = {}, .name_part = {}, .before = {}}), (Ids{three, one})
    );
    EXPECT_EQ(
        list({.kind = {}, .state = RunState::succeeded, .name_part = {}, .before = {}}), Ids{one}
    );
    EXPECT_EQ(list({.kind = {}, .state = {}, .name_part = "night", .before = {}}), (Ids{two, one}));
    EXPECT_EQ(list({.kind = {}, .state = {}, .name_part = "%", .before = {}}), Ids{one});
    EXPECT_EQ(list({.kind = {}, .state = {}, .name_part = "_", .before = {}}), Ids{two});
    EXPECT_EQ(list({.kind = {}, .state = {}, .name_part = "", .before = two}), Ids{one});
    EXPECT_EQ(db.read([](Reads& reads) { return reads.run_named("Nightly"); }), three);
    EXPECT_EQ(
        db.read([](Reads& reads) { return reads.run_names(2); }),
        (std::vector<std::string>{"Nightly", "nightly_b"})
    );
}

TEST_P(StoreContract, tasks_are_listed_by_id_and_state_in_pages)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(9, {{7, 8}}));
    submit(new_run(3));
    const std::vector<Leased> claimed = claim(w, 4);
    ASSERT_TRUE(succeed(claimed[0], w));
    ASSERT_TRUE(fail(claimed[1], w));
    ASSERT_TRUE(db(Pause{target(submitted.run, {claimed[2].task, submitted.tasks[6]})}));
    const auto list = [&](std::vector<TaskState> states, TaskId after, std::size_t limit) {
        Reads::TaskFilter filter{submitted.run, std::move(states), after, limit};
        return ids_of(db.read([filter](Reads& reads) { return reads.tasks(filter); }));
    };
    const std::vector<TaskId>& t = submitted.tasks;
    using Ids = std::vector<TaskId>;

    EXPECT_EQ(list({}, {}, 100), t);
    EXPECT_EQ(list({}, t[2], 3), (Ids{t[3], t[4], t[5]}));
    EXPECT_EQ(list({TaskState::succeeded}, {}, 9), Ids{t[0]});
    EXPECT_EQ(list({TaskState::failed}, {}, 9), Ids{t[1]});
    EXPECT_EQ(list({TaskState::paused}, {}, 9), (Ids{t[2], t[6]}));
    EXPECT_EQ(list({TaskState::running}, {}, 9), Ids{t[3]});
    EXPECT_EQ(list({TaskState::pending}, {}, 9), (Ids{t[4], t[5], t[7]}));
    EXPECT_EQ(list({TaskState::waiting}, {}, 9), Ids{t[8]});
    EXPECT_EQ(
        list({TaskState::pending, TaskState::failed, TaskState::waiting}, {}, 3),
        (Ids{t[1], t[4], t[5]})
    );
    EXPECT_EQ(list({TaskState::canceled}, {}, 9), Ids{});
}

TEST_P(StoreContract, the_parents_of_a_task_and_its_place_in_the_queue_are_read)
{
    const Submitted submitted = submit(new_run(5, {{0, 4}, {2, 4, LinkCondition::always}}));
    const RunRow row = run(submitted.run).row;
    const TaskId child = submitted.tasks[4];
    std::vector<LinkRow> parents =
        db.read([row, child](Reads& reads) { return reads.parents(row, child); });
    std::sort(parents.begin(), parents.end(), [](const LinkRow& a, const LinkRow& b) {
        return a.parent < b.parent;
    });
    ASSERT_EQ(parents.size(), 2u);
    EXPECT_EQ(parents[0].parent, submitted.tasks[0]);
    EXPECT_EQ(parents[1].condition, LinkCondition::always);

    const Place place = *task(submitted.tasks[3]).place;
    EXPECT_EQ(db.read([place](Reads& reads) { return reads.ready_before(place, 100); }), 3);
    EXPECT_EQ(db.read([place](Reads& reads) { return reads.ready_before(place, 2); }), 2);
}

TEST_P(StoreContract, workers_and_their_leases_are_read)
{
    const WorkerId w = worker(30s);
    const TaskId first = submit(new_run(2)).tasks[0];
    const auto lease = [&] {
        return db.read([first](Reads& reads) { return reads.lease(first); });
    };
    EXPECT_FALSE(lease());
    claim(w);
    ASSERT_TRUE(lease());
    EXPECT_EQ(lease()->worker, w);
    EXPECT_EQ(lease()->place.task, first);

    const auto workers = db.read([](Reads& reads) { return reads.workers(); });
    ASSERT_EQ(workers.size(), 1u);
    EXPECT_EQ(workers[0].id, w);
    EXPECT_EQ(workers[0].host, "host");
    EXPECT_EQ(workers[0].until, clock.wall() + 30s);
    EXPECT_EQ(db.read([w](Reads& reads) { return reads.leases_of(w); }).size(), 2u);
}

TEST_P(StoreContract, the_pulse_tells_what_is_due_next)
{
    const auto pulse = [&] { return db.read([](Reads& reads) { return reads.pulse(); }); };
    EXPECT_EQ(pulse().timer_due, std::nullopt);
    EXPECT_EQ(pulse().lease_expires, std::nullopt);
    EXPECT_EQ(pulse().run_expires, std::nullopt);
    EXPECT_EQ(pulse().worker_until, std::nullopt);
    EXPECT_TRUE(pulse().queues_with_ready.empty());

    NewTask later = new_task();
    later.run_at = clock.wall() + 7s;
    NewTask even_later = new_task();
    even_later.run_at = clock.wall() + 9s;
    NewTask limited = new_task();
    limited.timeout = 5s;
    Submit request = new_run({even_later, later, limited, new_task()});
    request.run.timeout = 99s;
    submit(request);
    EXPECT_EQ(pulse().queues_with_ready.size(), 1u);
    claim_one(worker(30s));

    EXPECT_EQ(pulse().timer_due, clock.wall() + 7s);
    EXPECT_EQ(pulse().lease_expires, clock.wall() + 5s);
    EXPECT_EQ(pulse().run_expires, clock.wall() + 99s);
    EXPECT_EQ(pulse().worker_until, clock.wall() + 30s);
    EXPECT_FALSE(pulse().has_sweep);
    EXPECT_FALSE(pulse().has_loading);

    StageRun stage;
    stage.run.queues = {"q"};
    const RunId loading = db(stage).value().run;
    EXPECT_TRUE(pulse().has_loading);
    StageTasks tasks;
    tasks.run = loading;
    tasks.tasks = {new_task()};
    ASSERT_TRUE(db(tasks));
    PublishRun publish;
    publish.run = loading;
    ASSERT_TRUE(db(publish));
    ASSERT_TRUE(db(Cancel{target(loading)}));
    EXPECT_FALSE(pulse().has_loading);
    EXPECT_TRUE(pulse().has_sweep);
}

TEST_P(StoreContract, what_is_not_there_is_nothing)
{
    EXPECT_FALSE(db.read([](Reads& reads) { return reads.run(RunId{5}); }));
    EXPECT_FALSE(db.read([](Reads& reads) { return reads.task(TaskId{5}); }));
    EXPECT_FALSE(db.read([](Reads& reads) { return reads.run_named("x"); }));
    EXPECT_TRUE(db.read([](Reads& reads) { return reads.events(RunId{5}, TaskId{}); }).empty());
    EXPECT_TRUE(db.read([](Reads& reads) { return reads.attempts(TaskId{5}); }).empty());
    EXPECT_TRUE(db.read([](Reads& reads) {
                      return reads.tasks({RunId{5}, {}, TaskId{}, 10});
                  }).empty());
}

} // namespace sluice::reads_test
