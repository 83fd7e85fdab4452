// SPDX-License-Identifier: Apache-2.0
#include "tasks/webhook_executor.h"

#include "tasks/webhook_fixture.h"

#include <boost/asio/ip/tcp.hpp>

#include <list>

namespace sluice::webhook_executor_test {
namespace {

using namespace testing;
using Kind = Outcome::Kind;

class WebhookExecutorTest : public WebhookTest {
protected:
    // A start under way.
    struct Run {
        Leased task;
        Stop stop;
        std::optional<Outcome> outcome;
    };

    WebhookExecutorTest() { options.defaults.start.delay_initial = 1ms; }

    // Each run refers to the executor and is over before it.
    ~WebhookExecutorTest() override
    {
        for (Run& run : runs)
            run.stop.request();
        for (Run& run : runs)
            turn_until(loop, [&] { return run.outcome.has_value(); });
    }

    Run& begin(Leased task)
    {
        if (!executor)
            executor.emplace(loop.get_executor(), webhooks(), Log());
        Run& run = runs.emplace_back();
        run.task = std::move(task);
        spawn(loop, keep(run));
        return run;
    }

    Run& begin(const Json& on_start) { return begin(claimed(Json{{"on_start", on_start}})); }

    Outcome end(Run& run)
    {
        turn_until(loop, [&] { return run.outcome.has_value(); });
        return *run.outcome;
    }

    Outcome start(const Json& on_start) { return end(begin(on_start)); }

    // Everything that happens without waiting.
    void turn()
    {
        for (int i = 0; i < 50; ++i) {
            loop.restart();
            loop.poll();
        }
    }

    Async<void> keep(Run& run)
    {
        Outcome outcome = co_await executor->execute(run.task, run.stop);
        run.outcome = std::move(outcome);
    }

    Outcome stop(Run& run)
    {
        EXPECT_FALSE(run.outcome);
        run.stop.request();
        return end(run);
    }

    std::string url_target() { return target.url().substr(7, target.url().find("/hook") - 7); }

    void fail_reaching(const std::string& where, int times)
    {
        for (int i = 0; i < times; ++i)
            webhooks().circuits().enter(where)->ended(TryOutcome::unreachable);
    }

    ScriptedTarget target{loop};
    std::optional<WebhookExecutor> executor;
    std::list<Run> runs;
};

const Json once{{"retry", {{"max_retries", 0}}}};

TEST_F(WebhookExecutorTest, a_target_that_answers_well_has_accepted_the_task)
{
    Run& run = begin(action(target.url()));
    const Outcome outcome = end(run);

    EXPECT_EQ(outcome.kind, Kind::accepted);
    EXPECT_EQ(outcome.cancel_actions_count, 0);
    ASSERT_EQ(target.seen.size(), 1u);
    const std::string id = uuid(run.task);
    EXPECT_EQ(target.header(0, "Idempotency-Key"), id + ":start");
    EXPECT_EQ(target.header(0, "X-Task-Id"), id);
    EXPECT_EQ(target.header(0, "X-Task-Trigger"), "start");
    EXPECT_EQ(target.header(0, "X-Task-Attempt"), "1");
    EXPECT_EQ(target.seen[0].query_field("handle"), "http://sluice.example/task/" + id);
}

TEST_F(WebhookExecutorTest, a_later_attempt_has_a_key_of_its_own)
{
    Leased task = claimed(Json{{"on_start", action(target.url())}});
    task.attempt = 3;
    end(begin(task));
    EXPECT_EQ(target.header(0, "Idempotency-Key"), uuid(task) + ":3:start");
    EXPECT_EQ(target.header(0, "X-Task-Attempt"), "3");
}

TEST_F(WebhookExecutorTest, each_try_has_the_same_key)
{
    target.answers = {{500}, {500}, {200}};
    Run& run = begin(action(target.url()));

    EXPECT_EQ(end(run).kind, Kind::accepted);
    EXPECT_EQ(target.all("Idempotency-Key"), std::vector(3, uuid(run.task) + ":start"));
    const WebhookMetrics::OfTrigger& counts = webhooks().metrics().of(Trigger::start);
    EXPECT_EQ(counts.attempts.failure->value(), 2u);
    EXPECT_EQ(counts.attempts.success->value(), 1u);
    EXPECT_EQ(counts.executions.success->value(), 1u);
    EXPECT_EQ(counts.executions.failure->value(), 0u);
    EXPECT_EQ(counts.in_flight->value(), 0);
}

TEST_F(WebhookExecutorTest, a_start_whose_tries_are_used_up_has_failed)
{
    target.answers = {{500}, {502}, {503}, {200}};
    const Outcome outcome = start(action(target.url()));
    EXPECT_EQ(outcome.kind, Kind::failed);
    EXPECT_EQ(outcome.failure, FailureKind::start);
    EXPECT_EQ(outcome.error, "on_start webhook failed: answered 503 (try 3)");
    EXPECT_EQ(target.seen.size(), 3u);
    EXPECT_EQ(webhooks().metrics().of(Trigger::start).executions.failure->value(), 1u);
}

TEST_F(WebhookExecutorTest, other_answers_are_final)
{
    for (const int status : {404, 400, 301, 410}) {
        target.answers = {{status}};
        const Outcome outcome = start(action(target.url()));
        EXPECT_EQ(outcome.kind, Kind::failed);
        EXPECT_TRUE(
            outcome.error.starts_with(fmt::format("on_start webhook failed: answered {}", status))
        ) << outcome.error;
    }
    EXPECT_EQ(target.seen.size(), 4u);
}

TEST_F(WebhookExecutorTest, a_start_that_timed_out_is_not_sent_again)
{
    target.hangs = true;
    const Outcome outcome = start(action(target.url(), {{"timeout", 1}}));
    EXPECT_EQ(outcome.kind, Kind::failed);
    EXPECT_TRUE(outcome.error.starts_with("on_start webhook failed: no answer in time"));
    EXPECT_NE(outcome.error.find("the target may have begun"), std::string::npos);
    EXPECT_EQ(target.seen.size(), 1u);
}

// Reads a request and closes the connection, so many times.
Async<void> close_each(asio::ip::tcp::acceptor& acceptor, int times, int& closed)
{
    for (; closed < times; ++closed) {
        asio::ip::tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
        char bytes[4096];
        const asio::mutable_buffer buffer(bytes, sizeof bytes);
        co_await socket.async_read_some(buffer, asio::use_awaitable);
    }
}

TEST_F(WebhookExecutorTest, a_connection_that_breaks_is_tried_again)
{
    asio::ip::tcp::acceptor acceptor(loop, {asio::ip::make_address("127.0.0.1"), 0});
    int closed = 0;
    spawn(loop, close_each(acceptor, 3, closed));
    const std::string url = fmt::format("http://127.0.0.1:{}/", acceptor.local_endpoint().port());
    const Outcome outcome = start(action(url));
    EXPECT_EQ(closed, 3);
    EXPECT_TRUE(outcome.error.starts_with("on_start webhook failed: not reachable"));
}

TEST_F(WebhookExecutorTest, a_stop_ends_the_wait_for_the_next_try)
{
    target.answers = {{429, "", "3000"}};
    Run& run = begin(action(target.url()));
    turn_until(loop, [&] {
        return webhooks().metrics().of(Trigger::start).attempts.failure->value() == 1;
    });
    turn();

    EXPECT_EQ(stop(run).kind, Kind::returned);
    EXPECT_EQ(target.seen.size(), 1u) << "not before Retry-After";
}

// A task that its target has ended while the start is under way.
TEST_F(WebhookExecutorTest, the_answer_of_a_target_that_has_ended_the_task_is_awaited)
{
    const Json then = action(target.url("/hook/then"));
    const Json when{{"when", {{"status", 200}}}, {"then", then}};
    target.hangs = true;
    Run& run = begin(action(target.url(), {{"when", when}}));
    turn_until(loop, [&] { return target.hanging == 1; });
    run.stop.outdate();
    turn();
    EXPECT_FALSE(run.outcome);

    target.let_go();
    EXPECT_EQ(end(run).follow_ups.size(), 1u);
}

TEST_F(WebhookExecutorTest, a_start_of_a_task_that_its_target_has_ended_is_not_tried_again)
{
    target.hangs = true;
    target.answers = {{500}, {500}};
    Run& run = begin(action(target.url()));
    turn_until(loop, [&] { return target.hanging == 1; });
    run.stop.outdate();
    target.let_go();
    EXPECT_EQ(end(run).kind, Kind::returned);
    EXPECT_EQ(target.seen.size(), 1u);

    target.answers = {{429, "", "3000"}};
    Run& waiting = begin(action(target.url()));
    turn_until(loop, [&] { return waiting.stop.is_waiting(); });
    waiting.stop.outdate();
    EXPECT_EQ(end(waiting).kind, Kind::returned);
}

TEST_F(WebhookExecutorTest, a_start_waits_for_its_try_its_circuit_and_its_place_without_one)
{
    options.in_flight_per_target_max = 1;
    target.answers = {{429, "", "3000"}};
    Run& next_try = begin(action(target.url()));
    turn_until(loop, [&] { return next_try.stop.is_waiting(); });

    target.hangs = true;
    Run& sending = begin(action(target.url()));
    turn_until(loop, [&] { return target.hanging == 1; });
    Run& in_line = begin(action(target.url()));
    turn_until(loop, [&] { return in_line.stop.is_waiting(); });
    EXPECT_FALSE(sending.stop.is_waiting());
    target.let_go();
    end(in_line);
    EXPECT_FALSE(in_line.stop.is_waiting());

    fail_reaching(url_target(), 20);
    Run& open = begin(action(target.url()));
    turn_until(loop, [&] { return open.stop.is_waiting(); });
}

TEST_F(WebhookExecutorTest, a_stop_ends_a_try_and_its_place_is_free)
{
    options.in_flight_per_target_max = 1;
    target.hangs = true;
    Run& first = begin(action(target.url()));
    turn_until(loop, [&] { return target.hanging == 1; });
    Run& second = begin(action(target.url()));
    Run& third = begin(action(target.url()));
    turn();
    EXPECT_EQ(stop(second).kind, Kind::returned) << "in line";
    EXPECT_EQ(stop(first).kind, Kind::returned) << "on its way";
    target.let_go();
    EXPECT_EQ(end(third).kind, Kind::accepted);
    EXPECT_EQ(webhooks().metrics().of(Trigger::start).in_flight->value(), 0);
    EXPECT_EQ(webhooks().limits().in_flight(url_target()), 0u);
}

TEST_F(WebhookExecutorTest, a_stop_before_the_start_sends_nothing)
{
    Leased task = claimed(Json{{"on_start", action(target.url())}});
    Run& run = begin(std::move(task));
    run.stop.request();
    EXPECT_EQ(end(run).kind, Kind::returned);
    EXPECT_TRUE(target.seen.empty());
}

TEST_F(WebhookExecutorTest, so_many_are_under_way_to_a_target_and_no_more)
{
    options.in_flight_per_target_max = 4;
    ScriptedTarget other(loop);
    target.hangs = true;
    std::vector<Run*> all;
    for (int i = 0; i < 10; ++i)
        all.push_back(&begin(action(target.url())));
    turn_until(loop, [&] { return target.hanging == 4; });
    turn();
    EXPECT_EQ(end(begin(action(other.url()))).kind, Kind::accepted) << "another target";
    target.let_go();
    for (Run* run : all)
        EXPECT_EQ(end(*run).kind, Kind::accepted);
    EXPECT_EQ(target.hanging_max, 4u);
}

TEST_F(WebhookExecutorTest, twenty_failed_connections_open_the_circuit_and_the_others_wait)
{
    options.in_flight_per_target_max = 1;
    const std::string url = closed_port_url(loop);
    std::vector<Run*> all;
    for (int i = 0; i < 25; ++i)
        all.push_back(&begin(action(url, once)));
    const WebhookMetrics::OfTrigger& counts = webhooks().metrics().of(Trigger::start);
    turn_until(loop, [&] { return counts.executions.failure->value() == 20; });
    turn();

    EXPECT_EQ(counts.attempts.failure->value(), 20u);
    std::size_t waiting = 0;
    for (Run* run : all)
        waiting += !run->outcome;
    EXPECT_EQ(waiting, 5u);
    EXPECT_EQ(stop(*all.back()).kind, Kind::returned);
}

TEST_F(WebhookExecutorTest, a_start_waits_for_the_pause_of_the_circuit_and_uses_no_try)
{
    options.circuits.each.pause = 20ms;
    fail_reaching(url_target(), 20);
    Run& run = begin(action(target.url(), once));
    turn();
    EXPECT_TRUE(target.seen.empty());

    clock.advance(20ms);
    EXPECT_EQ(end(run).kind, Kind::accepted);
    EXPECT_EQ(webhooks().circuits().ask_again_at(url_target()), std::nullopt);
}

TEST_F(WebhookExecutorTest, those_that_wait_go_on_when_the_probe_was_answered)
{
    fail_reaching(url_target(), 20);
    std::vector<Run*> waiting;
    for (int i = 0; i < 3; ++i)
        waiting.push_back(&begin(action(target.url(), once)));
    turn();
    EXPECT_TRUE(target.seen.empty());
    clock.advance(15s);
    Run& probe = begin(action(target.url(), once));
    EXPECT_EQ(end(probe).kind, Kind::accepted);
    for (Run* run : waiting)
        EXPECT_EQ(end(*run).kind, Kind::accepted);
}

TEST_F(WebhookExecutorTest, bad_answers_do_not_open_the_circuit)
{
    for (int i = 0; i < 30; ++i) {
        target.answers.push_back({500});
        start(action(target.url(), once));
    }
    EXPECT_EQ(target.seen.size(), 30u);
}

TEST_F(WebhookExecutorTest, templates_see_the_metadata_of_the_task)
{
    const Json on_start = action(target.url("/hook/{{metadata.name}}"));
    end(begin(claimed(Json{{"on_start", on_start}}, R"({"name": "a b"})")));
    ASSERT_EQ(target.seen.size(), 1u);
    EXPECT_EQ(target.seen[0].target.path, "/hook/a%20b");

    const Outcome outcome = end(begin(claimed(Json{{"on_start", on_start}})));
    EXPECT_EQ(outcome.kind, Kind::failed);
    EXPECT_EQ(outcome.failure, FailureKind::start);
    EXPECT_TRUE(outcome.error.starts_with("on_start webhook failed: not sent: url: "))
        << outcome.error;
    EXPECT_EQ(target.seen.size(), 1u);
}

TEST_F(WebhookExecutorTest, a_start_without_metadata_asks_the_database_nothing)
{
    const Leased first = claimed(Json{{"on_start", action(target.url())}});
    end(begin(first));
    db.gate().close_at(1000);
    end(begin(first));
    EXPECT_EQ(db.gate().passed(), 0);
    db.gate().open();
}

TEST_F(WebhookExecutorTest, what_cannot_be_sent_fails_the_task_with_the_reason)
{
    const Outcome stored = start(Json{{"ref", "01890a5d-ac96-774b-bcce-b302099a8057"}});
    EXPECT_EQ(stored.kind, Kind::failed);
    EXPECT_EQ(stored.failure, FailureKind::start);
    EXPECT_EQ(
        stored.error, "on_start webhook failed: not sent: action "
                      "'01890a5d-ac96-774b-bcce-b302099a8057' is not stored here"
    );
    EXPECT_EQ(end(begin(claimed(Json::object()))).kind, Kind::failed);
}

TEST_F(WebhookExecutorTest, the_answer_registers_cancel_actions)
{
    const Json stop_it = action(target.url("/hook/stop"));
    const Json bad{{"kind", "Webhook"}, {"params", {{"url", "nowhere"}}}};
    target.answers = {{202, dump_json(Json::array({stop_it, bad, stop_it}))}};
    const Outcome outcome = start(action(target.url()));
    EXPECT_EQ(outcome.kind, Kind::accepted);
    EXPECT_EQ(outcome.cancel_actions_count, 2);
    EXPECT_EQ(outcome.cancel_actions, dump_json(Json::array({stop_it, stop_it})));
}

TEST_F(WebhookExecutorTest, when_may_say_how_the_task_ended)
{
    const Json when = Json::array(
        {{{"when", {{"pointer", "/state"}, {"equals", "done"}}}, {"then", "success"}},
         {{"when", {{"status", {200, 409}}}}, {"then", "failure"}}}
    );
    target.answers = {{200, R"({"state": "done"})"}, {200, "{}"}, {409}, {202}};
    const Json on_start = action(target.url(), {{"when", when}});

    EXPECT_EQ(start(on_start).kind, Kind::succeeded);
    for (const int status : {200, 409}) {
        const Outcome failed = start(on_start);
        EXPECT_EQ(failed.kind, Kind::failed);
        EXPECT_EQ(failed.failure, FailureKind::reported);
        EXPECT_EQ(
            failed.error, fmt::format("the webhook was answered {}: when[1] says failure", status)
        );
    }
    EXPECT_EQ(start(on_start).kind, Kind::accepted);
}

TEST_F(WebhookExecutorTest, when_may_ask_for_more_webhooks)
{
    const Json first = action(target.url("/hook/first"));
    const Json second = action(target.url("/hook/second"));
    const Json when = Json::array(
        {{{"when", {{"status", 200}}}, {"then", Json::array({first, second})}},
         {{"when", {{"status", 201}}}, {"then", first}},
         {{"when", {{"pointer", "/a"}, {"exists", true}}}, {"then", second}}}
    );
    target.answers = {{200, R"({"a": 1})"}};
    Run& run = begin(action(target.url(), {{"when", when}}));
    const Outcome outcome = end(run);
    EXPECT_EQ(outcome.kind, Kind::accepted);
    const std::string key = uuid(run.task) + ":start:when:";
    std::vector<std::pair<std::string, std::string>> follow_ups;
    for (const FollowUpAction& follow_up : outcome.follow_ups)
        follow_ups.emplace_back(follow_up.key, follow_up.action);
    EXPECT_EQ(
        follow_ups, (std::vector<std::pair<std::string, std::string>>{
                        {key + "0:0", dump_json(first)},
                        {key + "0:1", dump_json(second)},
                        {key + "2:0", dump_json(second)}})
    );
}

} // namespace
} // namespace sluice::webhook_executor_test
