// SPDX-License-Identifier: Apache-2.0
// Concurrency and capacity rules: who may start, who waits, and what wakes whom.
#include "store/contract/rules_contract.h"

namespace sluice::rules_test {

TEST_P(Rules, of_concurrency_let_so_many_start_and_each_end_lets_one_more)
{
    const Ids ids = submit(new_batch(std::vector<NewTask>(5, ruled(concurrency(2))))).tasks;
    const std::vector<Leased> first = start_all();
    ASSERT_EQ(first.size(), 2);
    EXPECT_EQ(first[0].task, ids[0]);
    EXPECT_EQ(first[1].task, ids[1]);
    EXPECT_EQ(started(), Ids{});

    end(first[0]);
    EXPECT_EQ(started(), Ids{ids[2]});
    EXPECT_EQ(started(), Ids{});
}

TEST_P(Rules, that_free_a_place_name_the_queue_that_waits_for_it)
{
    submit(new_batch(std::vector<NewTask>(2, ruled(concurrency(1)))));
    const std::vector<Leased> first = start_all();
    start_all();
    db.take_changes();
    end(first.at(0));
    std::vector<std::string> names;
    for (const Changes& changes : db.take_changes())
        for (const auto& name : changes.ready_queues)
            names.push_back(*name);
    EXPECT_EQ(names, std::vector<std::string>{"q"});
}

TEST_P(Rules, wake_nobody_while_no_place_becomes_free)
{
    submit(new_batch(std::vector<NewTask>(3, ruled(concurrency(1)))));
    const std::vector<Leased> running = start_all();
    ASSERT_EQ(running.size(), 1);
    EXPECT_EQ(started(), Ids{});
    db.take_changes();
    ASSERT_TRUE(db(update_of(running[0]))) << "a report frees nothing";
    EXPECT_EQ(started(), Ids{});
    for (const Changes& changes : db.take_changes())
        EXPECT_TRUE(changes.ready_queues.empty());
}

TEST_P(Rules, count_tasks_that_have_none_themselves)
{
    submit(new_batch({service_task()}));
    ASSERT_EQ(started().size(), 1) << "before anybody has asked";
    submit(new_batch({ruled(concurrency(2)), ruled(concurrency(2))}));
    EXPECT_EQ(started().size(), 1);
    submit(new_batch({service_task()}));
    EXPECT_EQ(started().size(), 1) << "what has no rules is never held up";
}

TEST_P(Rules, with_fields_count_those_with_the_same_values)
{
    const std::string one = concurrency(1, R"(["customer"])");
    const Ids ids = submit(new_batch({
                               ruled(one, R"({"customer":"a","n":1})"),
                               ruled(one, R"({"n":2,"customer":"a"})"),
                               ruled(one, R"({"customer":"b"})"),
                               ruled(one, R"({"customer":1})"),
                               ruled(one, R"({"customer":1.0})"),
                           }))
                        .tasks;
    EXPECT_EQ(started(), (Ids{ids[0], ids[2], ids[3]}));
}

TEST_P(Rules, with_lists_and_objects_count_those_that_contain_them)
{
    const std::string one = concurrency(1, R"(["tags"])");
    NewTask free = service_task();
    free.card->metadata = R"({"tags":["x","y"]})";
    submit(new_batch({free}));
    ASSERT_EQ(started().size(), 1);
    const Ids ids =
        submit(new_batch({ruled(one, R"({"tags":["x"]})"), ruled(one, R"({"tags":["z"]})")})).tasks;
    EXPECT_EQ(started(), Ids{ids[1]}) << "['x', 'y'] contains ['x']";
    const Ids more = submit(new_batch({ruled(one, R"({"tags":"x"})")})).tasks;
    EXPECT_EQ(started(), more) << "a list does not contain a value within an object";
}

TEST_P(Rules, must_all_hold)
{
    const std::string both =
        fmt::format("[{},{}]", rule(at_most(1), R"(["a"])"), rule(at_most(1), R"(["b"])"));
    const Ids ids = submit(new_batch({
                               ruled(both, R"({"a":1,"b":1})"),
                               ruled(both, R"({"a":2,"b":1})"),
                               ruled(both, R"({"a":1,"b":2})"),
                               ruled(both, R"({"a":2,"b":2})"),
                           }))
                        .tasks;
    EXPECT_EQ(started(), (Ids{ids[0], ids[3]}));
}

TEST_P(Rules, let_the_most_important_one_go_first)
{
    const Ids ids = submit(new_batch({
                               ruled(concurrency(1), "null", 0),
                               ruled(concurrency(1), "null", 5),
                           }))
                        .tasks;
    const std::vector<Leased> first = start_all();
    ASSERT_EQ(first.size(), 1);
    EXPECT_EQ(first[0].task, ids[1]);
    const Ids late = submit(new_batch({ruled(concurrency(1), "null", 9)})).tasks;
    end(first[0]);
    EXPECT_EQ(started(), late);
}

TEST_P(Rules, do_not_hold_back_others_and_are_not_held_back_by_them)
{
    submit(new_batch(std::vector<NewTask>(20, ruled(concurrency(1), "null", 9))));
    const Ids free = submit(new_batch(std::vector<NewTask>(3, service_task()))).tasks;
    EXPECT_EQ(started(1).size(), 1) << "one place, and the rule lets one go: the better one";
    EXPECT_EQ(started(), free);
}

TEST_P(Rules, of_capacity_let_tasks_start_while_less_is_left_to_do)
{
    NewTask ten = ruled(capacity(15));
    ten.card->expected_count = 10;
    const Ids ids = submit(new_batch(std::vector<NewTask>(4, ten))).tasks;
    const std::vector<Leased> first = start_all();
    ASSERT_EQ(first.size(), 2) << "0 and 10 are below 15, 20 is not";
    EXPECT_TRUE(db(AddCounts{ids[0], 4, 1}));
    EXPECT_EQ(started(), Ids{}) << "15 is not below 15";
    EXPECT_TRUE(db(AddCounts{ids[0], 0, 1}));
    EXPECT_EQ(started(), Ids{ids[2]});
    end(first[1]);
    EXPECT_EQ(started(), Ids{ids[3]}) << "4 and 10";
}

TEST_P(Rules, of_capacity_see_nothing_left_in_tasks_that_expect_nothing)
{
    submit(new_batch({service_task()}));
    ASSERT_EQ(started().size(), 1);
    NewTask one = ruled(capacity(1));
    one.card->expected_count = 1;
    const Ids ids = submit(new_batch({one, one})).tasks;
    EXPECT_EQ(started(), Ids{ids[0]}) << "0 is below 1";
    EXPECT_TRUE(db(AddCounts{ids[0], 5, 0}));
    EXPECT_EQ(started(), Ids{ids[1]}) << "more than expected is nothing left, and not less";
}

TEST_P(Rules, on_another_status_count_those_in_it)
{
    const std::string paused = fmt::format("[{}]", rule(at_most(1), "[]", "Paused"));
    const Submitted idle = submit(new_batch({service_task(), service_task()}));
    EXPECT_TRUE(db(Pause{target(idle.run, idle.tasks)}));
    const Ids ids = submit(new_batch({ruled(paused)})).tasks;
    EXPECT_EQ(started(), Ids{});
    EXPECT_TRUE(db(Cancel{target(idle.run, {idle.tasks[0]})}));
    EXPECT_EQ(started(), ids);
}

TEST_P(Rules, do_not_count_what_is_paused)
{
    submit(new_batch(std::vector<NewTask>(2, ruled(concurrency(1)))));
    const std::vector<Leased> first = start_all();
    ASSERT_EQ(first.size(), 1);
    EXPECT_TRUE(db(Pause{target(first[0].run, {first[0].task})}));
    EXPECT_EQ(started().size(), 1);
    EXPECT_TRUE(db(Resume{target(first[0].run, {first[0].task})}));
    EXPECT_EQ(state(first[0].task), TaskState::running) << "it had started before";
}

TEST_P(Rules, move_with_the_metadata)
{
    const std::string one = concurrency(1, R"(["customer"])");
    const Submitted batch =
        submit(new_batch({ruled(one, R"({"customer":"a"})"), ruled(one, R"({"customer":"a"})")}));
    ASSERT_EQ(started(), Ids{batch.tasks[0]});
    UpdateTask update;
    update.task = batch.tasks[1];
    update.run = batch.run;
    update.metadata = R"({"customer":"b"})";
    EXPECT_TRUE(db(update));
    EXPECT_EQ(started(), Ids{batch.tasks[1]}) << "of another customer";
    update.task = batch.tasks[0];
    EXPECT_TRUE(db(update));
    const Ids more =
        submit(new_batch({ruled(concurrency(2, R"(["customer"])"), R"({"customer":"b"})")})).tasks;
    EXPECT_EQ(started(), Ids{}) << "both count for the other customer now";
    const Ids first = submit(new_batch({ruled(one, R"({"customer":"a"})")})).tasks;
    EXPECT_EQ(started(), first);
}

TEST_P(Rules, can_be_replaced_for_a_kind_of_a_batch)
{
    const Submitted batch = submit(
        new_batch({ruled(concurrency(1)), ruled(concurrency(1)), service_task(), service_task()})
    );
    ASSERT_EQ(started(), (Ids{batch.tasks[2], batch.tasks[3]})) << "two run: none may start";

    EXPECT_EQ(db(SetRules{batch.run, "other", concurrency(1), "me"}).value(), 0);
    EXPECT_EQ(started(), Ids{});
    EXPECT_EQ(db(SetRules{batch.run, "build", concurrency(3), "me"}).value(), 4);
    EXPECT_EQ(started(), Ids{batch.tasks[0]});
    EXPECT_EQ(db(SetRules{batch.run, "build", "[]", "me"}).value(), 4);
    EXPECT_EQ(started(), Ids{batch.tasks[1]});
}

TEST_P(Rules, that_are_edited_restart_no_clock)
{
    const Submitted batch = submit(new_batch({ruled(concurrency(1))})); // 60 s
    ASSERT_EQ(started(), batch.tasks);
    clock.advance(50s);
    EXPECT_EQ(db(SetRules{batch.run, "build", concurrency(3), "me"}).value(), 1);
    clock.advance(10s);
    EXPECT_EQ(db(Expire{}).value(), 1);
    EXPECT_EQ(state(batch.tasks[0]), TaskState::failed);
}

TEST_P(Rules, that_lack_what_they_ask_of_the_task_hold_it)
{
    const Submitted batch = submit(new_batch({service_task()}));
    EXPECT_EQ(db(SetRules{batch.run, "build", capacity(5), "me"}).value(), 1);
    EXPECT_EQ(started(), Ids{}) << "without an expected count";
    UpdateTask update;
    update.task = batch.tasks[0];
    update.run = batch.run;
    update.expected_count = 3;
    EXPECT_TRUE(db(update));
    EXPECT_EQ(started(), batch.tasks);
}

TEST_P(Rules, go_with_tasks_wherever_they_wait)
{
    NewTask later = ruled(concurrency(1));
    later.run_at = clock.wall() + 10s;
    const Submitted batch = submit(new_batch(
        {ruled(concurrency(1)), later, ruled(concurrency(1)), ruled(concurrency(1))},
        {{0, 2, LinkCondition::on_success, Unmet::fail}}
    ));
    EXPECT_TRUE(db(Pause{target(batch.run, {batch.tasks[3]})}));
    std::vector<Leased> running = start_all();
    ASSERT_EQ(running.size(), 1);
    clock.advance(20s);
    EXPECT_EQ(db(Tick{}).value(), 1);
    EXPECT_TRUE(db(Resume{target(batch.run, {batch.tasks[3]})}));
    for (int ended = 0; ended < 4; ++ended) {
        ASSERT_EQ(running.size(), 1);
        EXPECT_EQ(started(), Ids{});
        end(running[0]);
        running = start_all();
    }
    EXPECT_EQ(run_state_of(batch.run), RunState::succeeded);
}

TEST_P(Rules, are_given_back_when_a_task_is_canceled_fails_or_times_out)
{
    NewTask task = ruled(concurrency(1));
    task.timeout = 5s;
    const Submitted batch = submit(new_batch(std::vector<NewTask>(4, task)));
    EXPECT_TRUE(db(Cancel{target(batch.run, {batch.tasks[0]})}));
    ASSERT_EQ(started(), Ids{batch.tasks[1]});
    EXPECT_TRUE(db(Cancel{target(batch.run, {batch.tasks[1]})}));
    ASSERT_EQ(started(), Ids{batch.tasks[2]});
    clock.advance(20s);
    EXPECT_EQ(db(Expire{}).value(), 1);
    EXPECT_EQ(started(), Ids{batch.tasks[3]});
    EXPECT_TRUE(db(Cancel{target(batch.run)}));
    while (!db(DeleteRun{batch.run}).value()) {
    }
    const std::unique_ptr<testing::Probe> probe = database->probe();
    if (!probe)
        return; // in memory: nobody else can look
    EXPECT_EQ(probe->value("SELECT count(*) FROM counter"), "0");
    EXPECT_EQ(probe->value("SELECT count(*) FROM member"), "0");
}

TEST_P(Rules, let_a_task_displace_a_lesser_one_that_allows_it)
{
    NewTask lesser = ruled(concurrency(2));
    lesser.card->flags = CardRow::preemptible;
    lesser.card->cancel_actions = 1;
    NewTask firm = ruled(concurrency(2));
    const Submitted batch = submit(new_batch({lesser, firm}));
    const std::vector<Leased> running = start_all();
    ASSERT_EQ(running.size(), 2);

    submit(new_batch({ruled(concurrency(2), "null", 5)}));
    EXPECT_EQ(started(), Ids{}) << "it does not preempt";
    NewTask better = ruled(concurrency(2), "null", 6);
    better.card->flags = CardRow::preempts;
    const Ids ids = submit(new_batch({better})).tasks;
    EXPECT_EQ(started(), ids);
    EXPECT_EQ(state(batch.tasks[0]), TaskState::pending);
    EXPECT_EQ(state(batch.tasks[1]), TaskState::running) << "it cannot be displaced";
    const std::vector<OwedDelivery> owed = take_owed(w);
    ASSERT_EQ(owed.size(), 1) << "its target learns that it can stop";
    EXPECT_EQ(owed[0].row.trigger, Trigger::cancel);
    EXPECT_EQ(owed[0].row.task, batch.tasks[0]);
    EXPECT_EQ(attempts(batch.tasks[0]).size(), 1);
}

TEST_P(Rules, let_a_task_displace_the_least_of_those_that_allow_it)
{
    NewTask lesser = ruled(concurrency(2), "null", 3);
    lesser.card->flags = CardRow::preemptible;
    NewTask least = ruled(concurrency(2), "null", 1);
    least.card->flags = CardRow::preemptible;
    const Submitted batch = submit(new_batch({lesser, least}));
    ASSERT_EQ(start_all().size(), 2);
    NewTask better = ruled(concurrency(2), "null", 6);
    better.card->flags = CardRow::preempts;
    const Ids ids = submit(new_batch({better})).tasks;
    EXPECT_EQ(started(), ids);
    EXPECT_EQ(state(batch.tasks[0]), TaskState::running);
    EXPECT_EQ(state(batch.tasks[1]), TaskState::pending);
    NewTask equal = ruled(concurrency(2), "null", 3);
    equal.card->flags = CardRow::preempts;
    submit(new_batch({equal}));
    EXPECT_EQ(started(), Ids{}) << "nobody is below it";
}

TEST_P(Rules, let_nobody_be_displaced_in_vain)
{
    const std::string both =
        fmt::format("[{},{}]", rule(at_most(1), R"(["a"])"), rule(at_most(1), R"(["b"])"));
    NewTask lesser = ruled(both, R"({"a":1,"b":2})");
    lesser.card->flags = CardRow::preemptible;
    const NewTask firm = ruled(both, R"({"a":2,"b":1})");
    const Submitted batch = submit(new_batch({lesser, firm}));
    const std::vector<Leased> running = start_all();
    ASSERT_EQ(running.size(), 2);
    NewTask better = ruled(both, R"({"a":1,"b":1})", 6);
    better.card->flags = CardRow::preempts;
    const Ids ids = submit(new_batch({better})).tasks;
    EXPECT_EQ(started(), Ids{}) << "the place under the other rule stays taken";
    EXPECT_EQ(state(batch.tasks[0]), TaskState::running);
    EXPECT_TRUE(attempts(batch.tasks[0]).empty());

    end(running[1]);
    EXPECT_EQ(started(), ids);
    EXPECT_EQ(state(batch.tasks[0]), TaskState::pending);
}

TEST_P(Rules, let_a_task_displace_one_under_each_of_its_rules)
{
    const std::string both =
        fmt::format("[{},{}]", rule(at_most(1), R"(["a"])"), rule(at_most(1), R"(["b"])"));
    std::vector<NewTask> lesser{ruled(both, R"({"a":1,"b":2})"), ruled(both, R"({"a":2,"b":1})")};
    for (NewTask& task : lesser)
        task.card->flags = CardRow::preemptible;
    const Submitted batch = submit(new_batch(lesser));
    ASSERT_EQ(start_all().size(), 2);
    NewTask better = ruled(both, R"({"a":1,"b":1})", 6);
    better.card->flags = CardRow::preempts;
    const Ids ids = submit(new_batch({better})).tasks;
    EXPECT_EQ(started(), ids);
    for (const TaskId task : batch.tasks)
        EXPECT_EQ(state(task), TaskState::pending);
}

TEST_P(Rules, let_nobody_displace_a_task_whose_start_is_under_way)
{
    NewTask lesser = ruled(concurrency(1));
    lesser.card->flags = CardRow::preemptible;
    submit(new_batch({lesser}));
    const Leased claimed = claim_for_target(w);
    NewTask better = ruled(concurrency(1), "null", 6);
    better.card->flags = CardRow::preempts;
    submit(new_batch({better}));
    EXPECT_EQ(started(), Ids{});
    EXPECT_EQ(state(claimed.task), TaskState::claimed);
    EXPECT_TRUE(accept(claimed, w));
}

TEST_P(Rules, hold_for_two_stores_on_one_database)
{
    if (GetParam() == Dialect::sqlite_memory)
        return; // nobody else can open it
    const std::unique_ptr<testing::Driver> other = another_store();
    submit(new_batch(std::vector<NewTask>(10, ruled(concurrency(3)))));
    std::vector<Leased> running;
    for (int ended = 0; ended < 10; ++ended) {
        for (testing::Driver* store : {&db, other.get()}) {
            store->store().forget_queues();
            Claim request = claim_of(w, 2);
            for (Leased& task : (*store)(request).value())
                running.push_back(std::move(task));
        }
        ASSERT_LE(running.size(), 3);
        ASSERT_FALSE(running.empty());
        UpdateTask update = update_of(running.front());
        update.end = TaskState::succeeded;
        EXPECT_TRUE((ended % 2 == 0 ? db : *other)(update));
        running.erase(running.begin());
    }
    EXPECT_TRUE(running.empty());
}

INSTANTIATE_TEST_SUITE_P(Dialects, Rules, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::rules_test
