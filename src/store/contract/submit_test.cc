// SPDX-License-Identifier: Apache-2.0
#include "store/contract/contract.h"

namespace sluice::submit_test {

TEST_P(StoreContract, a_submission_answers_with_ids_in_the_order_of_its_tasks)
{
    const Submitted one = submit(new_run(3));
    const Submitted two = submit(new_run(2));

    EXPECT_EQ(one.state, RunState::active);
    EXPECT_FALSE(one.repeated);
    ASSERT_EQ(one.tasks.size(), 3u);
    EXPECT_LT(one.run, two.run);
    EXPECT_LT(one.tasks[0], one.tasks[1]);
    EXPECT_LT(one.tasks[1], one.tasks[2]);
    EXPECT_LT(one.tasks[2], two.tasks[0]);
    EXPECT_EQ(run(one.run).row.counts.total, 3);
}

TEST_P(StoreContract, a_task_is_read_back_as_it_was_submitted)
{
    NewTask given = new_task("näme with \"quotes\" and \\ back");
    given.payload = R"({"text":"ünïcode \u0000 \n"})";
    given.priority = 7;
    given.timeout = 90s;
    given.retry.tries_max = 4;
    Submit request = new_run({given});
    request.run.name = "run one";
    request.run.spec = R"({"a":1})";
    request.run.actor = "ada";
    request.run.kind = RunKind::job;
    request.run.timeout = 1h;
    const Submitted submitted = submit(request);

    const Reads::Task found = task(submitted.tasks[0]);
    EXPECT_EQ(found.row.name, given.name);
    EXPECT_EQ(found.row.payload, given.payload);
    EXPECT_EQ(found.row.nprio, -7);
    EXPECT_EQ(found.row.timeout, Micros(90s));
    EXPECT_EQ(found.row.run, submitted.run);
    EXPECT_EQ(parse_retry(found.row.retry).value(), given.retry);
    EXPECT_EQ(found.state, TaskState::pending);

    const Reads::Run read = run(submitted.run);
    EXPECT_EQ(read.detail.name, "run one");
    EXPECT_EQ(read.detail.spec, R"({"a":1})");
    EXPECT_EQ(read.detail.actor, "ada");
    EXPECT_EQ(read.row.kind, RunKind::job);
    EXPECT_EQ(read.row.created_at, clock.wall());
    EXPECT_EQ(read.row.expires_at, clock.wall() + 1h);
}

TEST_P(StoreContract, a_run_without_tasks_has_succeeded_at_once)
{
    Submit request = new_run(0);
    request.run.timeout = 1h;
    const Submitted submitted = submit(request);

    EXPECT_EQ(submitted.state, RunState::succeeded);
    const RunRow row = run(submitted.run).row;
    EXPECT_EQ(row.state, RunState::succeeded);
    EXPECT_EQ(row.finished_at, clock.wall());
    EXPECT_EQ(row.expires_at, std::nullopt);
}

TEST_P(StoreContract, a_taken_name_is_a_conflict)
{
    Submit request = new_run(1);
    request.run.name = "nightly";
    ASSERT_TRUE(db(request));

    const Result<Submitted> again = db(request);

    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::conflict);
    EXPECT_NE(again.error().detail.find("'nightly'"), std::string::npos);
}

TEST_P(StoreContract, a_taken_name_fails_alone_within_its_group)
{
    Submit named = new_run(2);
    named.run.name = "nightly";
    Submit other = new_run(1);
    other.run.name = "hourly";

    const auto [one, two, three] = db.together(named, named, other);

    EXPECT_TRUE(one);
    EXPECT_EQ(two.error().code, Errc::conflict);
    EXPECT_TRUE(three);
    EXPECT_EQ(run(one->run).row.counts.total, 2);
    EXPECT_EQ(run(three->run).row.counts.total, 1);
}

TEST_P(StoreContract, a_repeated_idempotency_key_gives_the_first_answer)
{
    Submit request = new_run(1);
    request.run.request_key = "key-1";
    request.run.body_hash = "hash-1";
    const Submitted one = submit(request);
    clock.advance(10s);

    const Submitted again = submit(request);

    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(again.run, one.run);
    EXPECT_EQ(again.created_at, one.created_at);
    EXPECT_EQ(claim(worker()).size(), 1u);
}

TEST_P(StoreContract, an_idempotency_key_with_another_body_is_a_conflict)
{
    Submit request = new_run(1);
    request.run.request_key = "key-1";
    request.run.body_hash = "hash-1";
    submit(request);
    request.run.body_hash = "hash-2";

    EXPECT_EQ(db(request).error().code, Errc::conflict);
}

TEST_P(StoreContract, the_same_idempotency_key_twice_in_a_group_makes_one_run)
{
    Submit request = new_run(1);
    request.run.request_key = "key-1";
    request.run.body_hash = "hash-1";

    Submit other = request;
    other.run.body_hash = "hash-2";

    const auto [one, two, three] = db.together(request, request, other);

    ASSERT_TRUE(one);
    ASSERT_TRUE(two);
    EXPECT_TRUE(two->repeated);
    EXPECT_EQ(two->run, one->run);
    EXPECT_EQ(three.error().code, Errc::conflict);
    EXPECT_EQ(claim(worker()).size(), 1u);
}

TEST_P(StoreContract, an_idempotency_key_is_free_again_when_the_first_of_a_group_is_refused)
{
    Submit taken = new_run(1);
    taken.run.name = "nightly";
    submit(taken);
    taken.run.request_key = "key-1";
    Submit good = new_run(1);
    good.run.request_key = "key-1";

    const auto [one, two] = db.together(taken, good);

    EXPECT_EQ(one.error().code, Errc::conflict);
    ASSERT_TRUE(two);
    EXPECT_FALSE(two->repeated);
}

TEST_P(StoreContract, a_request_is_found_by_its_idempotency_key)
{
    Submit request = new_run(1);
    request.run.request_key = "key-1";
    request.run.body_hash = "hash-1";
    const Submitted one = submit(request);

    const auto found = db.read([](Reads& reads) { return reads.request("key-1"); });

    ASSERT_TRUE(found);
    EXPECT_EQ(found->body_hash, "hash-1");
    EXPECT_EQ(found->run, one.run);
    EXPECT_EQ(found->created_at, one.created_at);
    EXPECT_TRUE(found->is_published);
    EXPECT_FALSE(db.read([](Reads& reads) { return reads.request("key-2"); }));
}

TEST_P(StoreContract, a_name_that_the_database_refuses_spoils_nobody_elses_submission)
{
    Submit too_long = new_run(1);
    too_long.run.name = std::string(300, 'x');

    const auto [good, bad, also_good] = db.together(new_run(1), too_long, new_run(1));

    EXPECT_TRUE(good);
    EXPECT_FALSE(bad);
    EXPECT_TRUE(also_good);
    EXPECT_EQ(claim(worker()).size(), 2u);
}

TEST_P(StoreContract, a_task_with_a_time_waits_for_its_tick)
{
    NewTask later = new_task();
    later.run_at = clock.wall() + 60s;
    const Submitted submitted = submit(new_run({later, new_task()}));
    const WorkerId w = worker();
    EXPECT_EQ(claim(w).size(), 1u);
    EXPECT_EQ(state(submitted.tasks[0]), TaskState::pending);

    clock.advance(59s);
    EXPECT_EQ(db(Tick{}).value(), 0u);
    EXPECT_TRUE(claim(w).empty());

    clock.advance(1s);
    EXPECT_EQ(db(Tick{}).value(), 1u);
    const std::vector<Leased> claimed = claim(w);
    ASSERT_EQ(claimed.size(), 1u);
    EXPECT_EQ(claimed[0].task, submitted.tasks[0]);
}

TEST_P(StoreContract, a_time_that_has_passed_is_now)
{
    NewTask task = new_task();
    task.run_at = clock.wall() - 1s;
    submit(new_run({task}));

    EXPECT_EQ(claim(worker()).size(), 1u);
}

TEST_P(StoreContract, a_tick_takes_at_most_its_limit)
{
    NewTask later = new_task();
    later.run_at = clock.wall() + 1s;
    submit(new_run(std::vector<NewTask>(5, later)));
    clock.advance(1s);

    Tick tick;
    tick.limit = 2;
    EXPECT_EQ(db(tick).value(), 2u);
    EXPECT_EQ(db(tick).value(), 2u);
    EXPECT_EQ(db(tick).value(), 1u);
    EXPECT_EQ(claim(worker()).size(), 5u);
}

TEST_P(StoreContract, a_task_with_a_time_and_a_parent_waits_for_both)
{
    NewTask later = new_task();
    later.run_at = clock.wall() + 60s;
    const Submitted submitted = submit(new_run({new_task(), later}, {{0, 1}}));
    const WorkerId w = worker();

    ASSERT_TRUE(succeed(claim_one(w), w));
    EXPECT_TRUE(claim(w).empty());
    EXPECT_EQ(state(submitted.tasks[1]), TaskState::pending);

    clock.advance(60s);
    db(Tick{}).value();
    EXPECT_EQ(claim_one(w).task, submitted.tasks[1]);
}

TEST_P(StoreContract, a_commit_tells_which_queues_have_work_and_when_time_matters)
{
    NewTask later = new_task();
    later.run_at = clock.wall() + 60s;
    db.take_changes();

    submit(new_run({new_task(), later}));

    bool ready = false;
    std::optional<Time> due;
    for (const Changes& changes : db.take_changes()) {
        for (const auto& queue : changes.ready_queues)
            ready = ready || *queue == "q";
        if (changes.earliest_due)
            due = changes.earliest_due;
    }
    EXPECT_TRUE(ready);
    EXPECT_EQ(due, clock.wall() + 60s);
}

TEST_P(StoreContract, a_public_id_belongs_to_this_database_and_kind_only)
{
    const Submitted submitted = submit(new_run(1));
    const Uid uid = db.store().uid(UidKind::run, submitted.created_at, submitted.run.value);

    EXPECT_EQ(db.store().key(UidKind::run, uid), submitted.run.value);
    EXPECT_EQ(db.store().key(UidKind::task, uid), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Dialects, StoreContract, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::submit_test
