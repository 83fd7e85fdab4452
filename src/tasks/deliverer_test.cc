// SPDX-License-Identifier: Apache-2.0
#include "tasks/deliverer_fixture.h"

namespace sluice::deliverer_test {
namespace {

using namespace testing;

TEST_F(DelivererTest, sends_what_the_end_of_a_task_owes)
{
    serve();
    const Leased task =
        ended(payload("on_success", {action(target.url("/hook/{{metadata.name}}"))}));
    const DeliveryRow row = tried(1).row;

    EXPECT_EQ(row.status, DeliveryStatus::delivered);
    EXPECT_EQ(row.answered, 200);
    EXPECT_EQ(row.reason, "");
    ASSERT_EQ(target.seen.size(), 1u);
    EXPECT_EQ(target.seen[0].target.path, "/hook/Ada");
    EXPECT_EQ(target.header(0, "Idempotency-Key"), uuid(task) + ":end:success");
    EXPECT_EQ(target.header(0, "X-Task-Trigger"), "end");
    EXPECT_EQ(target.header(0, "X-Task-Id"), uuid(task));
    const WebhookMetrics::OfTrigger& counts = webhooks().metrics().of(Trigger::success);
    EXPECT_EQ(counts.executions.success->value(), 1u);
    EXPECT_EQ(counts.attempts.success->value(), 1u);
    EXPECT_EQ(counts.dead_letters->value(), 0u);
}

TEST_F(DelivererTest, takes_up_what_was_owed_before_it_began)
{
    ended(payload("on_failure", {action(target.url())}), FailureKind::reported);
    serve();
    EXPECT_EQ(tried(1).row.status, DeliveryStatus::delivered);
}

TEST_F(DelivererTest, the_webhooks_of_one_end_are_sent_in_their_order)
{
    std::vector<Json> actions;
    for (int i = 0; i < 5; ++i)
        actions.push_back(action(target.url(fmt::format("/hook/{}", i))));
    target.answers = {{200}, {500}}; // a retry holds nobody back
    serve();
    const Leased task = ended(payload("on_success", actions));
    turn_until(loop, [&] { return target.seen.size() == 5; });
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_EQ(target.seen[i].target.path, fmt::format("/hook/{}", i));
        const std::string index = i == 0 ? "" : fmt::format(":{}", i);
        EXPECT_EQ(target.header(i, "Idempotency-Key"), uuid(task) + ":end:success" + index);
    }
}

TEST_F(DelivererTest, a_bad_answer_is_tried_again_later_with_the_same_key)
{
    target.answers = {{500, "busy"}, {503}, {200}};
    serve();
    ended(payload("on_success", {action(target.url())}));
    const View first = tried(1);
    EXPECT_EQ(first.row.status, DeliveryStatus::waiting);
    EXPECT_EQ(first.row.answered, 500);
    EXPECT_EQ(first.row.reason, "answered 500");
    EXPECT_EQ(first.row.answer, "busy");
    ASSERT_TRUE(first.due);
    EXPECT_GE(*first.due, clock.wall() + 11s);
    EXPECT_LE(*first.due, clock.wall() + 19s);
    EXPECT_EQ(target.seen.size(), 1u);

    later(19s);
    EXPECT_EQ(tried(2).row.status, DeliveryStatus::waiting);
    later(80s);
    EXPECT_EQ(tried(3).row.status, DeliveryStatus::delivered);
    const std::vector<std::string> keys = target.all("Idempotency-Key");
    EXPECT_EQ(keys, std::vector(3, keys.at(0)));
    EXPECT_EQ(delivery().row.tries, 3);
}

TEST_F(DelivererTest, retry_after_is_obeyed)
{
    target.answers = {{429, "", "600"}};
    serve();
    ended(payload("on_success", {action(target.url())}));
    EXPECT_EQ(tried(1).due, clock.wall() + 600s);
}

TEST_F(DelivererTest, what_is_not_worth_another_try_is_dead_and_keeps_its_answer)
{
    target.answers = {{404, std::string(3000, 'a') + "not here"}};
    serve();
    ended(payload("on_success", {action(target.url())}));
    const View dead = tried(1);
    EXPECT_EQ(dead.row.status, DeliveryStatus::dead);
    EXPECT_EQ(dead.row.answered, 404);
    EXPECT_EQ(dead.row.reason, "answered 404");
    EXPECT_EQ(dead.row.answer.size(), 2048u);
    EXPECT_TRUE(dead.row.answer.ends_with("aanot here"));
    EXPECT_EQ(dead.due, std::nullopt);
    EXPECT_EQ(webhooks().metrics().of(Trigger::success).dead_letters->value(), 1u);
}

TEST_F(DelivererTest, the_last_try_leaves_a_dead_letter_that_can_be_sent_again)
{
    target.answers = {{500}, {500}};
    serve();
    ended(payload("on_success", {action(target.url(), {{"retry", {{"max_retries", 1}}}})}));
    tried(1);
    later(1min);
    EXPECT_EQ(tried(2).row.status, DeliveryStatus::dead);

    Redeliver again;
    again.deliveries = {delivery().row.id};
    EXPECT_EQ(db(again).value(), 1u);
    turn_until(loop, [&] { return is_over(); });
    EXPECT_EQ(delivery().row.status, DeliveryStatus::delivered);
    EXPECT_EQ(target.seen.size(), 3u);
}

TEST_F(DelivererTest, what_can_never_be_sent_is_dead_at_once)
{
    serve();
    ended(payload(
        "on_success", {action(target.url("/hook/{{metadata.gone}}")),
                       Json{{"ref", "01890a5d-ac96-774b-bcce-b302099a8057"}}}
    ));
    turn_until(loop, [&] { return deliveries().size() == 2 && is_over(1); });
    EXPECT_EQ(delivery(0).row.status, DeliveryStatus::dead);
    EXPECT_TRUE(delivery(0).row.reason.starts_with("not sent: url: ")) << delivery(0).row.reason;
    EXPECT_EQ(delivery(1).row.status, DeliveryStatus::dead);
    EXPECT_TRUE(delivery(1).row.reason.ends_with("is not stored here"));
    EXPECT_TRUE(target.seen.empty());
}

TEST_F(DelivererTest, cancel_actions_of_the_target_follow_those_of_the_task)
{
    const Leased task = claimed(payload("on_cancel", {action(target.url("/hook/own"))}));
    Start accepted;
    accepted.task = task.task;
    accepted.run = task.run;
    accepted.attempt = task.attempt;
    accepted.worker = worker();
    accepted.owner = LeaseOwner::target;
    accepted.cancel_actions =
        dump_json(Json::array({action(target.url("/hook/a")), action(target.url("/hook/b"))}));
    accepted.cancel_actions_count = 2;
    ASSERT_TRUE(db(accepted));
    serve();
    Cancel cancel;
    cancel.target.run = task.run;
    cancel.target.tasks = {task.task};
    ASSERT_TRUE(db(cancel));

    turn_until(loop, [&] { return target.seen.size() == 3; });
    EXPECT_EQ(target.seen[0].target.path, "/hook/own");
    EXPECT_EQ(target.seen[1].target.path, "/hook/a");
    EXPECT_EQ(target.seen[2].target.path, "/hook/b");
    const std::string key = uuid(task) + ":cancel";
    EXPECT_EQ(target.all("Idempotency-Key"), (std::vector{key, key + ":1", key + ":2"}));
    EXPECT_EQ(target.header(2, "X-Task-Trigger"), "cancel");
}

TEST_F(DelivererTest, an_answer_may_ask_for_more_and_that_for_more_again)
{
    const Json last = action(target.url("/hook/last"));
    const Json always{{"status", 200}};
    const Json second =
        action(target.url("/hook/second"), {{"when", {{"when", always}, {"then", last}}}});
    const Json third = action(target.url("/hook/third"));
    const Json then = Json::array({second, third});
    serve();
    const Leased task = ended(payload(
        "on_success", {action(target.url(), {{"when", {{"when", always}, {"then", then}}}})}
    ));
    turn_until(loop, [&] { return target.seen.size() == 4; });

    std::vector<std::string> sent;
    for (std::size_t i = 0; i < 4; ++i)
        sent.push_back(target.seen[i].target.path + " " + target.header(i, "Idempotency-Key"));
    std::ranges::sort(sent);
    const std::string key = uuid(task) + ":end:success";
    EXPECT_EQ(
        sent, (std::vector{
                  "/hook " + key, "/hook/last " + key + ":when:0:0:when:0:0",
                  "/hook/second " + key + ":when:0:0", "/hook/third " + key + ":when:0:1"})
    );
    EXPECT_EQ(target.seen[1].target.path, "/hook/second");
}

TEST_F(DelivererTest, what_a_start_asked_for_may_end_the_task)
{
    const Json look = action(
        target.url(),
        {{"when", {{"when", {{"pointer", "/ok"}, {"equals", true}}}, {"then", "success"}}}}
    );
    const Leased task = claimed(Json{{"on_start", action("http://nobody.example/")}});
    Start accepted;
    accepted.task = task.task;
    accepted.run = task.run;
    accepted.attempt = task.attempt;
    accepted.worker = worker();
    accepted.owner = LeaseOwner::target;
    accepted.follow_ups = {{dump_json(look), "the key"}};
    ASSERT_TRUE(db(accepted));
    target.answers = {{200, R"({"ok": true})"}};
    serve();

    EXPECT_EQ(tried(1).row.status, DeliveryStatus::delivered);
    EXPECT_EQ(target.header(0, "Idempotency-Key"), "the key");
    EXPECT_EQ(target.header(0, "X-Task-Trigger"), "start");
    const TaskId id = task.task;
    const auto view = db.read([id](Reads& reads) { return reads.task(id); });
    EXPECT_EQ(view->state, TaskState::succeeded);
}

TEST_F(DelivererTest, sleeps_until_the_next_try_is_due)
{
    options.defaults.other.delay_initial = 20ms;
    target.answers = {{500}};
    serve();
    ended(payload("on_success", {action(target.url())}));
    tried(1);
    clock.advance(30ms); // nobody says so
    EXPECT_EQ(tried(2).row.status, DeliveryStatus::delivered);
}

TEST_F(DelivererTest, asks_the_database_nothing_while_nothing_happens)
{
    serve();
    turn();
    db.gate().close_at(1000);
    for (int i = 0; i < 100; ++i) {
        loop.restart();
        loop.poll();
        deliverer->changed(Changes());
        Changes outside;
        outside.from_outside = true;
        deliverer->changed(outside);
    }
    EXPECT_EQ(db.gate().passed(), 0) << "others' writes are looked at once a second";
    db.gate().open();
}

TEST_F(DelivererTest, takes_nothing_before_the_process_has_a_number)
{
    WorkerId number;
    serve();
    end();
    serving.worker = [&number] { return number; };
    ended(payload("on_success", {action(target.url())}));
    deliverer.emplace(loop.get_executor(), webhooks(), serving, Log());
    spawn(loop, deliverer->run());
    turn();
    EXPECT_TRUE(target.seen.empty());
    number = worker();
    later(2s);
    EXPECT_EQ(tried(1).row.status, DeliveryStatus::delivered);
}

} // namespace
} // namespace sluice::deliverer_test
