// SPDX-License-Identifier: Apache-2.0
// The outbox: what the ends of attempts owe, and how it is worked off.
#include "store/contract/service_contract.h"

namespace sluice::deliveries_test {

class Deliveries : public ServiceContract {
protected:
    void end(const Leased& task, TaskState outcome)
    {
        UpdateTask update = update_of(task);
        update.end = outcome;
        update.failure_reason = "broken";
        ASSERT_TRUE(db(update));
    }

    // "trigger/position" of each delivery of the task, the oldest first.
    std::vector<std::string> owed_for(TaskId task)
    {
        std::vector<std::string> all;
        for (const auto& view : deliveries(task))
            all.push_back(
                fmt::format("{}/{}", member_name(view.row.trigger).substr(3), view.row.position)
            );
        return all;
    }

    // A start under way, the end that its answer may bring, and the keys of what was asked for.
    Leased starting(WorkerId by, NewTask task = service_task())
    {
        submit(new_batch({std::move(task)}));
        return claim_for_target(by);
    }

    static Finish asking_end(const Leased& task, WorkerId by, std::optional<FailureKind> failure)
    {
        Finish request;
        request.task = task.task;
        request.run = task.run;
        request.attempt = task.attempt;
        request.worker = by;
        request.failure = failure;
        request.follow_ups = {{R"({"n": 1})", "key:1"}, {R"({"n": 2})", "key:2"}};
        return request;
    }

    Start asking_start(const Leased& task, WorkerId by)
    {
        Start request = acceptance(task, by);
        request.follow_ups = asking_end(task, by, {}).follow_ups;
        return request;
    }

    std::vector<std::string> keys_owed_for(TaskId task)
    {
        std::vector<std::string> keys;
        for (const auto& view : deliveries(task))
            if (!view.row.key.empty())
                keys.push_back(view.row.key);
        return keys;
    }

    using Words = std::vector<std::string>;
};

TEST_P(Deliveries, are_owed_by_the_end_of_a_task_for_each_of_its_actions)
{
    const WorkerId w = worker(1h);
    const Leased good = running(w, service_task({2, 1, 1}));
    const Leased bad = running(w, service_task({2, 1, 1}));
    const Leased quiet = running(w, service_task({0, 1, 1}));
    end(good, TaskState::succeeded);
    end(bad, TaskState::failed);
    end(quiet, TaskState::succeeded);

    EXPECT_EQ(owed_for(good.task), (Words{"success/0", "success/1"}));
    EXPECT_EQ(owed_for(bad.task), Words{"failure/0"});
    EXPECT_EQ(owed_for(quiet.task), Words{});
}

TEST_P(Deliveries, tell_the_target_of_a_task_that_was_canceled_or_timed_out)
{
    const WorkerId w = worker(10h);
    const Leased canceled = running(w, service_task({1, 1, 2}));
    ASSERT_TRUE(db(Cancel{target(canceled.run, {canceled.task})}));
    const Leased stopped = running(w, service_task({1, 1, 1}));
    ASSERT_TRUE(db(Cancel{target(stopped.run)}));
    const Submitted pending = submit(new_batch({service_task({1, 1, 1})}));
    ASSERT_TRUE(db(Cancel{target(pending.run, pending.tasks)}));
    const Leased late = running(w, service_task({1, 1, 1}));
    clock.advance(60s);
    db(Expire{}).value();

    EXPECT_EQ(owed_for(canceled.task), (Words{"cancel/0", "cancel/1"}));
    EXPECT_EQ(owed_for(stopped.task), Words{"cancel/0"});
    EXPECT_EQ(owed_for(pending.tasks[0]), Words{}) << "no target has heard of it";
    EXPECT_EQ(owed_for(late.task), (Words{"cancel/0", "failure/0"}));
}

TEST_P(Deliveries, of_an_attempt_that_is_tried_again_are_those_to_its_target_only)
{
    const WorkerId w = worker(10h);
    NewTask twice = service_task({1, 1, 1});
    twice.retry.tries_max = 2;
    const Leased task = running(w, twice);
    clock.advance(60s);
    db(Expire{}).value();
    EXPECT_EQ(owed_for(task.task), Words{"cancel/0"});
    const Leased again = claim_for_target(w);
    ASSERT_TRUE(accept(again, w));
    end(again, TaskState::failed);

    EXPECT_EQ(owed_for(task.task), (Words{"cancel/0", "failure/0"}));
    EXPECT_EQ(deliveries(task.task)[0].row.attempt, 1);
    EXPECT_EQ(deliveries(task.task)[1].row.attempt, 2);
}

TEST_P(Deliveries, are_owed_by_children_that_fail_because_of_a_parent)
{
    const WorkerId w = worker(1h);
    const Submitted run = submit(new_batch({service_task(), service_task({0, 1, 1})}, {{0, 1}}));
    const Leased parent = claim_for_target(w);
    ASSERT_TRUE(accept(parent, w));
    end(parent, TaskState::failed);

    EXPECT_EQ(state(run.tasks[1]), TaskState::failed);
    EXPECT_EQ(owed_for(run.tasks[1]), Words{"failure/0"});
    EXPECT_EQ(deliveries(run.tasks[1])[0].row.attempt, 1) << "as of a first one";
}

TEST_P(Deliveries, of_a_child_that_lives_again_have_another_attempt)
{
    const WorkerId w = worker(1h);
    const Submitted run = submit(new_batch({service_task(), service_task({0, 1, 1})}, {{0, 1}}));
    const Leased parent = claim_for_target(w);
    ASSERT_TRUE(accept(parent, w));
    end(parent, TaskState::failed);
    ASSERT_TRUE(db(RetryTasks{target(run.run, {run.tasks[0]})}));
    for (int i = 0; i < 2; ++i) {
        const Leased again = claim_for_target(w);
        ASSERT_TRUE(accept(again, w));
        end(again, i == 0 ? TaskState::succeeded : TaskState::failed);
    }

    const auto owed = deliveries(run.tasks[1]);
    ASSERT_EQ(owed.size(), 2u);
    EXPECT_EQ(owed[0].row.attempt, 1) << "it failed because of its parent";
    EXPECT_EQ(owed[1].row.attempt, 2) << "or both would have one key";
}

TEST_P(Deliveries, of_one_attempt_come_one_after_the_other)
{
    const WorkerId w = worker(1h);
    const Leased task = running(w, service_task({3, 0, 0}));
    end(task, TaskState::succeeded);

    const std::vector<OwedDelivery> first = take_owed(w);
    ASSERT_EQ(first.size(), 1u);
    EXPECT_EQ(first[0].row.position, 0);
    EXPECT_EQ(first[0].payload, this->task(task.task).row.payload);
    EXPECT_TRUE(take_owed(w).empty()) << "it is being sent";
    EndTry fails = end_of(first[0], w, DeliveryStatus::waiting);
    fails.again_at = db.store().clock().now() + 10s;
    fails.answered = 503;
    fails.reason = "answered 503";
    ASSERT_TRUE(db(fails));

    const std::vector<OwedDelivery> second = take_owed(w);
    ASSERT_EQ(second.size(), 1u) << "one that waits does not hold back the next";
    EXPECT_EQ(second[0].row.position, 1);
    ASSERT_TRUE(db(end_of(second[0], w, DeliveryStatus::delivered)));
    EXPECT_EQ(take_owed(w).at(0).row.position, 2);
    clock.advance(10s);
    const std::vector<OwedDelivery> again = take_owed(w);
    ASSERT_EQ(again.size(), 1u);
    EXPECT_EQ(again[0].row.position, 0);
    EXPECT_EQ(again[0].row.tries, 1);
    EXPECT_EQ(again[0].row.reason, "answered 503");
    EXPECT_EQ(again[0].row.answered, 503);
    ASSERT_TRUE(db(end_of(again[0], w, DeliveryStatus::delivered)));
    EXPECT_TRUE(take_owed(w).empty()) << "the second one is not owed again";
}

TEST_P(Deliveries, that_were_not_tried_use_up_no_try)
{
    const WorkerId w = worker(1h);
    end(running(w, service_task({2, 0, 0})), TaskState::succeeded);
    const OwedDelivery owed = take_owed(w).at(0);
    EndTry back = end_of(owed, w, DeliveryStatus::waiting);
    back.counts = false;
    back.again_at = db.store().clock().now();
    ASSERT_TRUE(db(back));

    const std::vector<OwedDelivery> again = take_owed(w);
    ASSERT_EQ(again.size(), 1u) << "the next one waits for its first try";
    EXPECT_EQ(again[0].row.tries, 0);
    EXPECT_EQ(again[0].row.id, owed.row.id);
}

TEST_P(Deliveries, belong_to_who_took_them_until_its_death)
{
    const WorkerId dead = worker(60s);
    const WorkerId other = worker(10h);
    end(running(other, service_task({1, 0, 0})), TaskState::succeeded);
    const OwedDelivery owed = take_owed(dead).at(0);
    EXPECT_EQ(db(end_of(owed, other, DeliveryStatus::delivered)).error().code, Errc::conflict);
    EXPECT_TRUE(take_owed(other).empty());
    clock.advance(63s);
    db.take_changes();
    db(Rescue{}).value();
    EXPECT_TRUE(db.take_changes().at(0).owed);

    EXPECT_EQ(take_owed(other).at(0).row.id, owed.row.id);
    EXPECT_EQ(db(end_of(owed, dead, DeliveryStatus::delivered)).error().code, Errc::conflict);
    EXPECT_TRUE(db(end_of(owed, other, DeliveryStatus::delivered)));
    EXPECT_EQ(db(end_of(owed, other, DeliveryStatus::delivered)).error().code, Errc::conflict);
}

TEST_P(Deliveries, that_are_dead_are_owed_again_with_all_their_tries)
{
    const WorkerId w = worker(1h);
    const Leased task = running(w, service_task({1, 0, 0}));
    end(task, TaskState::succeeded);
    const OwedDelivery owed = take_owed(w).at(0);
    EndTry dies = end_of(owed, w, DeliveryStatus::dead);
    dies.reason = "answered 404";
    dies.answer = "no such thing";
    ASSERT_TRUE(db(dies));
    EXPECT_EQ(deliveries(task.task)[0].row.status, DeliveryStatus::dead);
    EXPECT_EQ(deliveries(task.task)[0].row.answer, "no such thing");
    EXPECT_TRUE(take_owed(w).empty());
    db.take_changes();

    EXPECT_EQ(db(Redeliver{{owed.row.id, owed.row.id}, "ada"}).value(), 1u);

    EXPECT_TRUE(db.take_changes().at(0).owed);
    EXPECT_EQ(events(task.run).back(), "redeliver by ada: ");
    const OwedDelivery again = take_owed(w).at(0);
    EXPECT_EQ(again.row.tries, 0);
    EXPECT_EQ(db(Redeliver{{owed.row.id}, "ada"}).value(), 0u) << "it is not dead any more";
    EXPECT_TRUE(db(end_of(again, w, DeliveryStatus::delivered)));
}

TEST_P(Deliveries, are_owed_for_what_an_answer_asks_for)
{
    const WorkerId w = worker(1h);
    submit(new_batch({service_task({0, 0, 1})}));
    const Leased task = claim_for_target(w);
    Start start = acceptance(task, w);
    start.cancel_actions = R"([{"kind": "Webhook"}, {"kind": "Webhook"}])";
    start.cancel_actions_count = 2;
    start.follow_ups = {{R"({"n": 1})", "key:1"}, {R"({"n": 2})", "key:2"}};
    ASSERT_TRUE(db(start));
    ASSERT_TRUE(db(start)) << "a repeated call changes nothing";

    const OwedDelivery first = take_owed(w).at(0);
    EXPECT_EQ(first.row.action, R"({"n": 1})");
    EXPECT_EQ(first.row.key, "key:1");
    EXPECT_EQ(first.row.trigger, Trigger::start);
    EndTry end = end_of(first, w, DeliveryStatus::delivered);
    end.follow_ups = {{R"({"n": 3})", "key:1:when:0:0"}};
    ASSERT_TRUE(db(end));
    EXPECT_EQ(take_owed(w).size(), 2u);
    ASSERT_TRUE(db(Cancel{target(task.run, {task.task})}));
    const std::vector<OwedDelivery> cancels = take_owed(w);
    ASSERT_EQ(cancels.size(), 1u);
    EXPECT_EQ(cancels[0].cancel_actions, start.cancel_actions);
    EXPECT_EQ(
        owed_for(task.task),
        (Words{"start/0", "start/0", "start/0", "cancel/0", "cancel/1", "cancel/2"})
    );
}

TEST_P(Deliveries, are_owed_for_an_answer_that_ends_the_task)
{
    const WorkerId w = worker(1h);
    for (const std::optional<FailureKind> failure :
         {std::optional<FailureKind>(), std::optional(FailureKind::reported),
          std::optional(FailureKind::start)}) {
        const Leased task = starting(w, service_task({1, 1, 0}));
        ASSERT_TRUE(db(asking_end(task, w, failure)));

        EXPECT_EQ(keys_owed_for(task.task), (Words{"key:1", "key:2"}));
        EXPECT_EQ(owed_for(task.task).size(), 3u) << "beside those of its end";
        EXPECT_TRUE(db(asking_end(task, w, failure))->repeated);
        EXPECT_EQ(keys_owed_for(task.task), (Words{"key:1", "key:2"})) << "once";
    }
}

TEST_P(Deliveries, are_owed_for_an_answer_after_which_the_task_is_tried_again)
{
    const WorkerId w = worker(1h);
    NewTask again = service_task();
    again.retry.tries_max = 2;
    const Leased task = starting(w, again);

    EXPECT_EQ(db(asking_end(task, w, FailureKind::reported))->state, TaskState::pending);

    EXPECT_EQ(keys_owed_for(task.task), (Words{"key:1", "key:2"}));
}

TEST_P(Deliveries, are_owed_for_an_answer_that_comes_after_the_report_of_its_target)
{
    const WorkerId w = worker(1h);
    for (const TaskState outcome : {TaskState::succeeded, TaskState::failed}) {
        const Leased accepted = starting(w);
        end(accepted, outcome);
        const Leased ended = starting(w);
        end(ended, outcome);

        for (int times = 0; times < 2; ++times) {
            EXPECT_EQ(db(asking_start(accepted, w)).error().code, Errc::conflict);
            (void)db(asking_end(ended, w, {}));
        }
        EXPECT_EQ(keys_owed_for(accepted.task), (Words{"key:1", "key:2"}));
        EXPECT_EQ(keys_owed_for(ended.task), (Words{"key:1", "key:2"}));
    }
}

TEST_P(Deliveries, are_not_owed_for_an_answer_to_a_start_that_is_void)
{
    const WorkerId w = worker(1h);
    const Leased canceled = starting(w);
    ASSERT_TRUE(db(Cancel{target(canceled.run, {canceled.task})}));
    const Leased earlier = starting(w);
    Leased later = earlier;
    ++later.attempt;
    end(earlier, TaskState::succeeded);
    const Leased others = starting(w);
    end(others, TaskState::succeeded);
    const WorkerId other = worker(1h);

    EXPECT_FALSE(db(asking_start(canceled, w)));
    EXPECT_FALSE(db(asking_end(canceled, w, {})));
    EXPECT_FALSE(db(asking_start(later, w)));
    EXPECT_FALSE(db(asking_start(others, other)));
    for (const Leased& task : {canceled, earlier, others})
        EXPECT_EQ(keys_owed_for(task.task), Words{});
}

TEST_P(Deliveries, go_with_their_run)
{
    const WorkerId w = worker(1h);
    const Leased task = running(w, service_task({2, 0, 0}));
    end(task, TaskState::succeeded);
    while (!db(DeleteRun{task.run}).value())
        ;

    EXPECT_TRUE(deliveries(task.task).empty());
    EXPECT_TRUE(take_owed(w).empty());
}

TEST_P(Deliveries, of_the_start_keep_attempt_when_its_worker_dies)
{
    const WorkerId dead = worker(60s);
    submit(new_batch({service_task()}));
    const Leased task = claim_for_target(dead);
    const WorkerId other = worker(10h);
    for (int death = 0; death < 5; ++death) { // more often than a rescue is allowed to others
        clock.advance(63s);
        db(Rescue{}).value();
        const WorkerId next = worker(60s);
        const Leased again = claim_for_target(next);
        EXPECT_EQ(again.attempt, 1);
        EXPECT_EQ(accept(task, dead).error().code, Errc::conflict) << "the worker is the fence";
    }
    clock.advance(63s);
    db(Rescue{}).value();
    EXPECT_TRUE(attempts(task.task).empty());
    const Leased last = claim_for_target(other);
    ASSERT_TRUE(accept(last, other));
    EXPECT_EQ(last.attempt, 1);
    EXPECT_EQ(state(task.task), TaskState::running);
}

INSTANTIATE_TEST_SUITE_P(Dialects, Deliveries, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::deliveries_test
