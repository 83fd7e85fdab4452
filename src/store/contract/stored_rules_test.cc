// SPDX-License-Identifier: Apache-2.0
// Tasks that name a stored rule: they go by it as it is, whatever becomes of it.
#include "store/contract/stored_rules_contract.h"

namespace sluice::stored_rules_test {

class StoredRulesOfTasks : public StoredRulesContract {
protected:
    // Of a large submission: its tasks come in pieces.
    RunId stage()
    {
        StageRun request;
        request.run.kind = RunKind::batch;
        request.run.queues = {"q"};
        return db(request).value().run;
    }
    StageTasks piece(RunId run, std::vector<NewTask> tasks)
    {
        StageTasks request;
        request.run = run;
        request.tasks = std::move(tasks);
        return request;
    }
    SetRules rules_of(RunId run, std::string rules)
    {
        SetRules request;
        request.run = run;
        request.kind = "build";
        request.rules = std::move(rules);
        return request;
    }
};

TEST_P(StoredRulesOfTasks, limit_them_as_those_that_they_have_themselves)
{
    const DefinitionRow rule = stored(at_most(2));
    const std::string text = reference_to(rule);
    const Submitted batch = submit(new_batch(users_of(rule, 3)));
    submit(new_batch({ruled("[" + at_most(2) + "]")}));
    const std::vector<Leased> first = start_all();
    EXPECT_EQ(first.size(), 2u);
    EXPECT_EQ(view(batch.tasks[0]).card.rules, text) << "as it was sent";
    end(first[0]);
    EXPECT_EQ(start_all().size(), 1u);
}

TEST_P(StoredRulesOfTasks, are_used_until_the_tasks_are_final)
{
    const DefinitionRow rule = stored(at_most(10));
    const Submitted batch = submit(new_batch(users_of(rule, 4)));
    EXPECT_EQ(uses(rule), 4);
    const std::vector<Leased> running = start_all();
    EXPECT_EQ(uses(rule), 4);
    end(running.at(0));
    end(running.at(1), TaskState::failed);
    EXPECT_EQ(uses(rule), 2);
    EXPECT_EQ(remove(rule).error().code, Errc::conflict);
    ASSERT_TRUE(db(RetryTasks{target(batch.run, {batch.tasks[1]})}));
    EXPECT_EQ(uses(rule), 3) << "it lives again";
    ASSERT_TRUE(db(Cancel{target(batch.run)}));
    EXPECT_EQ(uses(rule), 0);
    EXPECT_TRUE(remove(rule));
}

TEST_P(StoredRulesOfTasks, that_are_not_there_refuse_the_tasks_and_nobody_else)
{
    const DefinitionRow rule = stored(at_most(2));
    const Submit request = new_batch({service_task(), user_of(rule)});
    const Submit other = new_batch({service_task()});
    ASSERT_TRUE(remove(rule));
    const auto [refused, taken] = db.together(request, other);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_EQ(refused.error().detail, fmt::format("stored rule '{}' was deleted", id_of(rule)));
    ASSERT_TRUE(taken);
    EXPECT_EQ(db(piece(stage(), request.tasks)).error().code, Errc::conflict);
    const SetRules edit = rules_of(taken->run, reference_to(rule));
    EXPECT_EQ(db(edit).error().code, Errc::conflict);
    EXPECT_EQ(view(taken->tasks[0]).card.rules, std::nullopt);
}

TEST_P(StoredRulesOfTasks, let_more_start_when_they_are_made_wider)
{
    const DefinitionRow rule = stored(at_most(1));
    submit(new_batch(users_of(rule, 5)));
    EXPECT_EQ(start_all().size(), 1u);
    db.take_changes();
    change(rule, at_most(3));
    EXPECT_EQ(start_all().size(), 0u) << "not before they have followed";
    EXPECT_EQ(follow(), 5u);
    bool woken = false;
    for (const Changes& changes : db.take_changes())
        woken = woken || !changes.ready_queues.empty();
    EXPECT_TRUE(woken);
    EXPECT_EQ(start_all().size(), 2u);
    EXPECT_EQ(start_all().size(), 0u);
}

TEST_P(StoredRulesOfTasks, let_nobody_start_until_there_is_room_when_they_are_made_narrower)
{
    const DefinitionRow rule = stored(at_most(3));
    submit(new_batch(users_of(rule, 5)));
    const std::vector<Leased> running = start_all();
    ASSERT_EQ(running.size(), 3u);
    change(rule, at_most(1));
    EXPECT_EQ(follow(), 5u);
    end(running[0]);
    end(running[1]);
    EXPECT_EQ(start_all().size(), 0u);
    end(running[2]);
    EXPECT_EQ(start_all().size(), 1u);
}

TEST_P(StoredRulesOfTasks, may_come_to_look_at_something_else)
{
    const DefinitionRow rule = stored(at_most(1));
    submit(new_batch(users_of(rule, 2)));
    NewTask other = user_of(rule);
    other.card->metadata = R"({"customer":8})";
    submit(new_batch({other}));
    EXPECT_EQ(start_all().size(), 1u);
    const DefinitionRow by_customer = change(rule, at_most(1, R"(["customer"])"));
    follow();
    EXPECT_EQ(start_all().size(), 1u) << "of the other customer";
    change(by_customer, at_most(9, R"(["nobody has this"])"));
    follow();
    EXPECT_EQ(start_all().size(), 0u) << "what cannot be judged is held";
    change(by_customer, at_most(9));
    follow();
    EXPECT_EQ(start_all().size(), 1u);
}

TEST_P(StoredRulesOfTasks, are_followed_wherever_a_task_stands)
{
    const DefinitionRow rule = stored(at_most(1));
    NewTask later = user_of(rule);
    later.run_at = db.store().clock().now() + 10s;
    const std::vector<NewTask> tasks{
        user_of(rule), user_of(rule), later, user_of(rule), user_of(rule)};
    const Submitted batch =
        submit(new_batch(tasks, {{0, 4, LinkCondition::on_success, Unmet::fail}}));
    const std::vector<Leased> running = start_all();
    ASSERT_EQ(running.size(), 1u);
    ASSERT_TRUE(db(Pause{target(batch.run, {batch.tasks[3]})}));
    change(rule, at_most(9));
    EXPECT_EQ(follow(), 5u);

    EXPECT_EQ(start_all().size(), 1u) << "that was ready";
    clock.advance(10s);
    ASSERT_TRUE(db(Tick{}));
    EXPECT_EQ(start_all().size(), 1u) << "that was to come later";
    ASSERT_TRUE(db(Resume{target(batch.run, {batch.tasks[3]})}));
    EXPECT_EQ(start_all().size(), 1u) << "that was paused";
    end(running[0]);
    EXPECT_EQ(start_all().size(), 1u) << "that waited";
}

TEST_P(StoredRulesOfTasks, are_followed_in_pieces_that_anybody_may_go_on_with)
{
    const DefinitionRow rule = stored(at_most(1));
    for (int i = 0; i < 3; ++i)
        submit(new_batch(users_of(rule, 2)));
    change(rule, at_most(6));
    const FollowRules some{4};
    const FollowRules::Reply first = db(some).value();
    EXPECT_EQ(first.changed, 4u);
    EXPECT_FALSE(first.done);
    EXPECT_TRUE(tasks_are_to_follow());
    if (can_be_shared()) {
        const std::unique_ptr<testing::Driver> other = another_store();
        EXPECT_EQ((*other)(some)->changed, 2u);
    }
    follow();
    EXPECT_FALSE(tasks_are_to_follow());
    EXPECT_EQ(start_all().size(), 6u);
}

TEST_P(StoredRulesOfTasks, that_change_while_tasks_are_loaded_hold_for_all_of_them)
{
    const DefinitionRow rule = stored(at_most(1));
    const RunId run = stage();
    ASSERT_TRUE(db(piece(run, users_of(rule, 2))));
    EXPECT_EQ(uses(rule), 2);
    change(rule, at_most(3));
    ASSERT_TRUE(db(piece(run, users_of(rule, 2))));
    EXPECT_EQ(follow(), 2u);
    PublishRun publish;
    publish.run = run;
    ASSERT_TRUE(db(publish));
    EXPECT_EQ(start_all().size(), 3u);
    ASSERT_TRUE(db(Cancel{target(run)}));
    EXPECT_EQ(uses(rule), 0) << "what is left of it is swept later";
    EXPECT_TRUE(remove(rule));
}

TEST_P(StoredRulesOfTasks, are_used_no_more_when_a_submission_was_given_up)
{
    const DefinitionRow rule = stored(at_most(1));
    ASSERT_TRUE(db(piece(stage(), users_of(rule, 2))));
    clock.advance(1h);
    while (db(Sweep{}).value() > 0) {
    }
    EXPECT_EQ(uses(rule), 0);
}

TEST_P(StoredRulesOfTasks, may_be_given_to_a_batch_and_taken_away)
{
    const DefinitionRow rule = stored(at_most(1));
    const Submitted batch = submit(new_batch(std::vector<NewTask>(3, service_task())));
    EXPECT_EQ(db(rules_of(batch.run, reference_to(rule))).value(), 3u);
    EXPECT_EQ(uses(rule), 3);
    EXPECT_EQ(start_all().size(), 1u);
    change(rule, at_most(2));
    EXPECT_EQ(follow(), 3u);
    EXPECT_EQ(start_all().size(), 1u);
    EXPECT_EQ(db(rules_of(batch.run, "[]")).value(), 3u);
    EXPECT_EQ(uses(rule), 0);
    EXPECT_EQ(start_all().size(), 1u);
}

TEST_P(StoredRulesOfTasks, select_by_metadata_that_was_edited)
{
    const DefinitionRow rule = stored(at_most(1, R"(["customer"])"));
    const Submitted batch = submit(new_batch(users_of(rule, 2)));
    EXPECT_EQ(start_all().size(), 1u);
    UpdateTask edit;
    edit.task = batch.tasks[1];
    edit.run = batch.run;
    edit.metadata = R"({"customer":8})";
    ASSERT_TRUE(db(edit));
    EXPECT_EQ(start_all().size(), 1u);
    EXPECT_EQ(uses(rule), 2);
}

TEST_P(StoredRulesOfTasks, that_changed_meanwhile_hold_for_a_task_that_lives_again)
{
    const DefinitionRow rule = stored(at_most(1));
    const Submitted batch = submit(new_batch(users_of(rule, 2)));
    ASSERT_TRUE(db(Cancel{target(batch.run)}));
    change(rule, at_most(2));
    EXPECT_EQ(follow(), 0u);
    for (const TaskId task : batch.tasks)
        ASSERT_TRUE(db(RetryTasks{target(batch.run, {task})}));
    EXPECT_EQ(start_all().size(), 2u);
}

TEST_P(StoredRulesOfTasks, that_were_deleted_hold_a_task_that_lives_again)
{
    const DefinitionRow rule = stored(at_most(1));
    const Submitted batch = submit(new_batch(users_of(rule, 1)));
    ASSERT_TRUE(db(Cancel{target(batch.run)}));
    ASSERT_TRUE(remove(rule));
    ASSERT_TRUE(db(RetryTasks{target(batch.run, batch.tasks)}));
    EXPECT_EQ(start_all().size(), 0u);
    EXPECT_EQ(db(rules_of(batch.run, "[]")).value(), 1u);
    EXPECT_EQ(start_all().size(), 1u);
}

TEST_P(StoredRulesOfTasks, tell_each_batch_that_they_have_changed)
{
    const DefinitionRow rule = stored(at_most(1));
    const Submitted batch = submit(new_batch(users_of(rule, 2)));
    change(rule, at_most(2));
    follow();
    EXPECT_EQ(
        events(batch.run),
        (std::vector<std::string>{
            "submit by : 2 tasks",
            fmt::format("rules by ada: stored rule {}: {}", id_of(rule), at_most(2))})
    );
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, StoredRulesOfTasks, ::testing::ValuesIn(all_dialects), dialect_name
);

class StoredRulesRaces : public StoredRulesContract {
protected:
    // What the other store asks for while this one stops before its `nth` statement.
    template <class One, class Two>
    bool meet(One one, Two two, int nth)
    {
        db.gate().close_at(nth);
        auto first = db.start(std::move(one));
        testing::turn_until(loop, [&] { return first.has_answer() || db.gate().is_reached(); });
        const bool paused = db.gate().is_reached();
        auto second = other->start(std::move(two));
        loop.restart();
        while (!second.has_answer() && loop.run_one_for(50ms) > 0) {
        }
        db.gate().open();
        EXPECT_TRUE(first.get());
        EXPECT_TRUE(second.get());
        return paused;
    }

    std::unique_ptr<testing::Driver> other = another_store();
};

TEST_P(StoredRulesRaces, a_change_meets_new_users_at_any_time)
{
    for (int nth = 1;; ++nth) {
        const DefinitionRow rule = stored(at_most(1000 + nth));
        const bool paused =
            meet(new_batch(users_of(rule, 2)), change_of(rule, at_most(2000 + nth)), nth);
        follow();
        ASSERT_EQ(violations(), "") << nth;
        if (!paused || GetParam() != Dialect::postgres)
            break;
    }
}

TEST_P(StoredRulesRaces, a_change_meets_users_that_live_again_at_any_time)
{
    for (int nth = 1;; ++nth) {
        const DefinitionRow rule = stored(at_most(1000 + nth));
        const Submitted batch = submit(new_batch(users_of(rule, 2)));
        ASSERT_TRUE(db(Cancel{target(batch.run)}));
        const RetryTasks retry{target(batch.run, batch.tasks)};
        const bool paused = meet(retry, change_of(rule, at_most(2000 + nth)), nth);
        follow();
        ASSERT_EQ(violations(), "") << nth;
        if (!paused || GetParam() != Dialect::postgres)
            break;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, StoredRulesRaces, ::testing::ValuesIn(shared_dialects), dialect_name
);

} // namespace sluice::stored_rules_test
