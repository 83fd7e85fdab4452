// SPDX-License-Identifier: Apache-2.0
// What a deliverer does when not everything can be sent at once: slow and absent targets, stops,
// a database that is away.
#include "tasks/deliverer_fixture.h"

#include "exec/test_dir.h"

#include <csignal>
#include <sys/resource.h>

namespace sluice::deliverer_limits_test {
namespace {

using namespace testing;

class DelivererLimitsTest : public DelivererTest {
protected:
    using DelivererTest::DelivererTest;

    std::string place() const
    {
        const std::string url = target.url();
        return url.substr(7, url.find("/hook") - 7);
    }

    void open_circuit(const std::string& where)
    {
        for (int i = 0; i < 20; ++i)
            webhooks().circuits().enter(where)->ended(TryOutcome::unreachable);
    }

    // How many of the deliveries are due then, and nobody's.
    std::size_t due_at(Time time)
    {
        return static_cast<std::size_t>(std::ranges::count_if(deliveries(), [&](const View& view) {
            return view.due == time;
        }));
    }

    // How many of them are due now and nobody's; they are taken.
    std::size_t taken_now()
    {
        TakeOwed request;
        request.worker = worker();
        return db(request).value().size();
    }

    std::optional<Time> next_owed()
    {
        return db.read([](Reads& reads) { return reads.service().next_owed(); });
    }

    void owe(const std::string& url, int times)
    {
        for (int i = 0; i < times; ++i)
            ended(payload("on_success", {action(url)}));
    }
};

TEST_F(DelivererLimitsTest, a_slow_target_delays_only_its_own)
{
    ScriptedTarget fast(loop);
    options.in_flight_per_target_max = 2;
    serving.capacity = 3;
    serving.courier.waiting_per_target_max = 3;
    target.hangs = true;
    owe(target.url(), 10);
    owe(fast.url(), 10);
    serve();

    turn_until(loop, [&] { return fast.seen.size() == 10; });
    turn();
    EXPECT_EQ(target.hanging, 2u);
    EXPECT_EQ(deliverer->busy(), 2u);
    EXPECT_EQ(deliverer->waiting(), 3u);
    EXPECT_EQ(due_at(clock.wall() + 1s), 3u) << "what is too much went back";
    EXPECT_EQ(due_at(clock.wall() + 2s), 2u) << "no more at a time than may wait";

    target.let_go();
    turn_until(loop, [&] { return target.seen.size() == 5; });
    later(1s);
    turn_until(loop, [&] { return target.seen.size() == 8; });
    later(1s);
    turn_until(loop, [&] { return target.seen.size() == 10; });
    turn();
    for (const View& view : deliveries()) {
        EXPECT_EQ(view.row.status, DeliveryStatus::delivered);
        EXPECT_EQ(view.row.tries, 1);
    }
    EXPECT_LE(target.hanging_max, 2u);
}

TEST_F(DelivererLimitsTest, those_that_wait_are_bounded_in_all)
{
    ScriptedTarget other(loop);
    options.in_flight_per_target_max = 1;
    serving.courier.waiting_max = 2;
    target.hangs = other.hangs = true;
    owe(target.url(), 3);
    owe(other.url(), 3);
    serve();
    turn_until(loop, [&] { return target.hanging + other.hanging == 2; });
    turn();
    EXPECT_EQ(deliverer->waiting(), 2u);
    EXPECT_EQ(due_at(clock.wall() + 1s), 2u);
    target.let_go();
    other.let_go();
}

TEST_F(DelivererLimitsTest, a_long_backlog_of_a_slow_target_comes_back_in_turns)
{
    options.in_flight_per_target_max = 1;
    serving.courier.waiting_per_target_max = 2;
    serving.courier.put_off = 3s;
    target.hangs = true;
    owe(target.url(), 13);
    serve();
    turn_until(loop, [&] { return target.hanging == 1 && deliverer->busy() == 1; });
    turn();
    const Time start = clock.wall();
    EXPECT_EQ(due_at(start + 1s), 2u);
    EXPECT_EQ(due_at(start + 2s), 2u);
    EXPECT_EQ(due_at(start + 3s), 6u) << "none is put off for longer";

    later(1s);
    turn_until(loop, [&] { return due_at(start + 1s) == 0; });
    EXPECT_EQ(due_at(start + 2s), 2u);
    EXPECT_EQ(due_at(start + 4s), 2u) << "whoever finds the line full again comes last";
    target.let_go();
}

TEST_F(DelivererLimitsTest, no_more_are_under_way_than_the_capacity)
{
    serving.capacity = 3;
    target.hangs = true;
    owe(target.url(), 8);
    serve();
    turn_until(loop, [&] { return target.hanging == 3; });
    turn();
    EXPECT_EQ(target.hanging, 3u);
    EXPECT_EQ(deliverer->busy(), 3u);
    target.let_go();
    turn_until(loop, [&] { return target.seen.size() == 8; });
    EXPECT_EQ(target.hanging_max, 3u);
}

TEST_F(DelivererLimitsTest, an_open_circuit_puts_deliveries_off_without_a_try)
{
    open_circuit(place());
    serve();
    owe(target.url(), 5);
    turn();
    EXPECT_TRUE(target.seen.empty());
    for (const View& view : deliveries()) {
        EXPECT_EQ(view.row.tries, 0);
        ASSERT_TRUE(view.due);
        EXPECT_GE(*view.due, clock.wall() + 15s);
        EXPECT_LE(*view.due, clock.wall() + 20s);
    }
    later(20s); // one is the probe; the others may be put off once more
    turn_until(loop, [&] { return target.seen.size() >= 1; });
    turn();
    later(20s);
    turn_until(loop, [&] { return target.seen.size() == 5; });
    turn();
    for (const View& view : deliveries())
        EXPECT_EQ(view.row.tries, 1);
}

TEST_F(DelivererLimitsTest, a_target_that_is_down_uses_up_twenty_tries_and_no_more)
{
    options.in_flight_per_target_max = 1;
    serve();
    owe(closed_port_url(loop), 30);
    const WebhookMetrics::OfTrigger& counts = webhooks().metrics().of(Trigger::success);
    turn_until(loop, [&] {
        return counts.attempts.failure->value() >= 20 &&
               deliverer->busy() + deliverer->waiting() == 0;
    });
    turn();
    int tries = 0;
    for (const View& view : deliveries())
        tries += view.row.tries;
    EXPECT_EQ(tries, 20);
    EXPECT_EQ(counts.attempts.failure->value(), 20u);
}

TEST_F(DelivererLimitsTest, a_stop_hands_back_what_waits_at_once_and_what_is_sent_at_its_end)
{
    options.in_flight_per_target_max = 2;
    target.hangs = true;
    owe(target.url(), 5);
    serve();
    turn_until(loop, [&] { return target.hanging == 2; });
    turn();
    EXPECT_EQ(deliverer->waiting(), 3u);

    EXPECT_EQ(next_owed(), std::nullopt);
    deliverer->close();
    turn_until(loop, [&] { return deliverer->waiting() == 0 && next_owed(); });
    turn();
    EXPECT_EQ(deliverer->busy(), 2u);
    EXPECT_EQ(taken_now(), 3u);
    end();
    EXPECT_EQ(taken_now(), 2u);
    for (const View& view : deliveries())
        EXPECT_EQ(view.row.tries, 0);
    EXPECT_EQ(webhooks().metrics().of(Trigger::success).in_flight->value(), 0);
}

TEST_F(DelivererLimitsTest, a_stop_lets_what_is_sent_end_within_its_patience)
{
    target.hangs = true;
    owe(target.url(), 1);
    serve();
    turn_until(loop, [&] { return target.hanging == 1; });
    deliverer->close();
    owe(target.url(), 1);
    bool stopped = false;
    asio::co_spawn(
        loop, deliverer->stop(std::chrono::steady_clock::now() + 1h),
        [&](std::exception_ptr) { stopped = true; }
    );
    turn();
    EXPECT_FALSE(stopped);
    target.let_go();
    turn_until(loop, [&] { return stopped; });
    deliverer.reset();
    EXPECT_EQ(delivery(0).row.status, DeliveryStatus::delivered);
    EXPECT_EQ(delivery(1).row.status, DeliveryStatus::waiting) << "nothing new is taken";
    EXPECT_EQ(target.seen.size(), 1u);
}

TEST_F(DelivererLimitsTest, what_is_taken_while_it_stops_goes_back_unsent)
{
    owe(target.url(), 2);
    worker();
    serve();
    db.gate().close_at(1); // the taking gets no further
    turn_until(loop, [&] { return db.gate().is_reached(); });
    deliverer->close();
    db.gate().open();
    end(1h);
    EXPECT_EQ(taken_now(), 2u);
    EXPECT_TRUE(target.seen.empty());
}

// Files cannot grow while it stands.
class FullDisk {
public:
    FullDisk() : handler_(std::signal(SIGXFSZ, SIG_IGN))
    {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{1, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FullDisk()
    {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    sighandler_t handler_;
    rlimit before_{};
};

// Twenty times as fast as it does.
Async<void> let_time_go_by(ManualClock& clock, const bool& is_enough)
{
    while (!is_enough) {
        co_await sleep_for(1ms);
        clock.advance(20ms);
    }
}

struct HasDirectory {
    TestDir dir;
};

class DelivererOutageTest : HasDirectory, public DelivererLimitsTest {
protected:
    DelivererOutageTest() : DelivererLimitsTest(dir / "a.db") {}
};

TEST_F(DelivererOutageTest, the_end_of_a_try_is_told_until_the_database_knows)
{
    std::optional<FullDisk> full;
    target.on_request = [&full] { full.emplace(); };
    owe(target.url(), 1);
    serve();
    bool is_enough = false;
    spawn(loop, let_time_go_by(clock, is_enough));
    turn_until(loop, [&] { return db.store().failing_for() > 3s; });
    EXPECT_EQ(delivery().row.tries, 0);
    full.reset();
    turn_until(loop, [&] { return is_over(); });
    is_enough = true;
    turn();

    EXPECT_EQ(delivery().row.status, DeliveryStatus::delivered);
    EXPECT_EQ(target.seen.size(), 1u) << "nothing is sent twice for that";
}

} // namespace
} // namespace sluice::deliverer_limits_test
