// SPDX-License-Identifier: Apache-2.0
#include "workflows/deferral.h"

#include "store/execution_reads.h"
#include "workflows/body_testing.h"

namespace sluice::deferral_test {
namespace {

using namespace std::chrono_literals;
using testing::AttemptPtr;
using testing::BodyTest;
using testing::done;
using testing::Latch;
using testing::turn_until;

class DeferralTest : public BodyTest {
protected:
    // With what only workflows ask.
    LeaseRow lease(const Submitted& submitted, std::size_t i = 0)
    {
        const ExecutionReads::TaskFilter filter{.run = submitted.run, .after = {}};
        const auto rows =
            db.read([filter](Reads& reads) { return reads.executions().tasks(filter); });
        return rows.at(i).lease.value_or(LeaseRow{});
    }

    // A body that waits at the latch without its slot, and succeeds when it has it again.
    static testing::ScriptedBody::Begin waiting_at(Latch go)
    {
        return [go](const AttemptPtr& attempt) {
            attempt->give_slot_back();
            go.wait();
            if (attempt->take_slot())
                attempt->end(done());
            else
                attempt->end(testing::failed("stopped"));
        };
    }

    void await_deferred(std::size_t count)
    {
        turn_until(loop, [&] { return bodies->load().deferred == count; });
    }
};

// Somebody else's slots, all free.
class FreePlaces final : public Stop::Place {
public:
    void leave() override {}
    Async<void> enter() override { co_return; }
};

Async<void>
keep_outcome(BodyExecutor& bodies, const Leased& task, Stop& stop, std::optional<Outcome>& outcome)
{
    outcome = co_await bodies.execute(task, stop);
}

TEST_F(DeferralTest, a_hundred_bodies_that_wait_leave_four_slots_to_others)
{
    const Latch go;
    std::atomic<int> holding = 0;
    std::atomic<int> most = 0;
    for (int i = 0; i < 100; ++i)
        add(fmt::format("w{}", i), [&, go](const AttemptPtr& attempt) {
            attempt->give_slot_back();
            EXPECT_FALSE(attempt->is_slot_held());
            go.wait();
            EXPECT_TRUE(attempt->take_slot());
            EXPECT_TRUE(attempt->is_slot_held());
            const int now = ++holding;
            for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
            }
            --holding;
            attempt->end(done());
        });
    add("other", [](const AttemptPtr& attempt) { attempt->end(done()); });
    serve_bodies(4);
    const Submitted submitted = run();
    await_deferred(100);
    turn_until(loop, [&] { return task(submitted.tasks[100]).done.has_value(); });
    EXPECT_EQ(bodies->load().deferred, 100u);

    go.open();
    EXPECT_EQ(finish(submitted.run), RunState::succeeded);
    EXPECT_LE(most, 4);
    EXPECT_EQ(bodies->load().deferred, 0u);
}

TEST_F(DeferralTest, a_short_wait_is_not_written)
{
    const Latch go;
    EXPECT_EQ(limits.defer_after, 5s);
    limits.defer_after = 1h;
    add("a", waiting_at(go));
    serve_bodies(1);
    const Submitted submitted = run();
    await_deferred(1);
    EXPECT_FALSE(lease(submitted).deferred_left);
    EXPECT_TRUE(lease(submitted).expires_at);
    go.open();
    EXPECT_EQ(finish(submitted.run), RunState::succeeded);
}

TEST_F(DeferralTest, the_clock_of_the_timeout_stands_still_during_a_long_wait)
{
    limits.defer_after = 0us;
    const Latch go;
    const Latch end;
    add("a", [go, end](const AttemptPtr& attempt) {
        attempt->give_slot_back();
        go.wait();
        EXPECT_TRUE(attempt->take_slot());
        end.wait();
        attempt->end(done());
    });
    serve_bodies(1);
    const Submitted submitted = run();
    turn_until(loop, [&] { return lease(submitted).deferred_left.has_value(); });
    EXPECT_EQ(lease(submitted).deferred_left, task_timeout);
    clock.advance(1min);
    EXPECT_EQ(db(Expire{}).value(), 0u);

    go.open();
    turn_until(loop, [&] { return !lease(submitted).deferred_left; });
    EXPECT_EQ(lease(submitted).expires_at, clock.wall() + task_timeout);
    end.open();
    EXPECT_EQ(finish(submitted.run), RunState::succeeded);
}

TEST_F(DeferralTest, a_body_goes_on_only_when_its_clock_does)
{
    limits.defer_after = 0us;
    const Latch go;
    const Latch end;
    std::atomic<bool> goes_on = false;
    add("a", [&goes_on, go, end](const AttemptPtr& attempt) {
        attempt->give_slot_back();
        go.wait();
        goes_on = attempt->take_slot();
        end.wait();
        attempt->end(done());
    });
    serve_bodies(1);
    const Submitted submitted = run();
    turn_until(loop, [&] { return lease(submitted).deferred_left.has_value(); });
    db.gate().close_at(1);
    go.open();
    turn_until(loop, [&] { return db.gate().is_reached(); });
    EXPECT_FALSE(goes_on);
    db.gate().open();
    end.open();
    EXPECT_EQ(finish(submitted.run), RunState::succeeded);
    EXPECT_TRUE(goes_on);
}

TEST_F(DeferralTest, a_slot_that_is_taken_again_at_once_was_never_away)
{
    add("a", [](const AttemptPtr& attempt) {
        for (int i = 0; i < 100; ++i) {
            attempt->give_slot_back();
            EXPECT_TRUE(attempt->take_slot());
        }
        attempt->end(done());
    });
    EXPECT_EQ(end_of(perform().tasks[0]).outcome, TaskState::succeeded);
    EXPECT_EQ(bodies->load().deferred, 0u);
}

TEST_F(DeferralTest, a_body_without_a_thread_goes_on_when_it_has_a_slot)
{
    std::atomic<bool> was_held = false;
    add("a", [&](const AttemptPtr& attempt) {
        attempt->give_slot_back();
        attempt->post_after(1ms, [&was_held, attempt] {
            attempt->post_with_slot([&was_held, attempt] {
                was_held = attempt->is_slot_held();
                attempt->end(done());
            });
        });
    });
    EXPECT_EQ(end_of(perform().tasks[0]).outcome, TaskState::succeeded);
    EXPECT_TRUE(was_held);
}

TEST_F(DeferralTest, a_canceled_body_does_not_wait_for_a_slot_any_more)
{
    const Latch go;
    const Latch end;
    std::atomic<int> has_slot = -1;
    add("waits", [&has_slot, go](const AttemptPtr& attempt) {
        attempt->give_slot_back();
        go.wait();
        has_slot = attempt->take_slot() ? 1 : 0;
        attempt->end(done());
    });
    add("holds", [end](const AttemptPtr& attempt) {
        end.wait();
        attempt->end(done());
    });
    serve_bodies(1);
    const Submitted submitted = run();
    await_begun("holds"); // the only slot
    go.open();
    cancel(submitted, {submitted.tasks[0]});
    await_deferred(0);
    EXPECT_EQ(has_slot, 0);
    end.open();
    finish(submitted.run);
    EXPECT_EQ(task(submitted.tasks[0]).state, TaskState::canceled);
    EXPECT_EQ(end_of(submitted.tasks[1]).outcome, TaskState::succeeded);
}

TEST_F(DeferralTest, a_shutdown_hands_back_what_waits_and_does_not_count_it)
{
    limits.defer_after = 0us;
    limits.stop_patience = 1min;
    add("a", [](const AttemptPtr& attempt) {
        attempt->give_slot_back();
        attempt->sleep(1h);
        attempt->end(testing::failed("stopped"));
    });
    serve_bodies(1);
    const Submitted submitted = run();
    turn_until(loop, [&] { return lease(submitted).deferred_left.has_value(); });
    shut_down(1h); // for bodies that have a slot
    const Place place = task(submitted.tasks[0]).place.value();
    EXPECT_EQ(task(submitted.tasks[0]).state, TaskState::pending);
    EXPECT_EQ(place.tries, 0);
    EXPECT_EQ(place.rescues, 0);
}

TEST_F(DeferralTest, a_rescue_of_what_waits_is_no_recovery_and_the_old_body_is_stopped)
{
    limits.defer_after = 0us;
    const Latch go;
    add("a", waiting_at(go));
    make_executor();
    const WorkerId dies = register_worker();
    bodies->work_as(dies);
    const Submitted submitted = run();
    const Leased task = claim_for(dies);
    FreePlaces places;
    Stop stop(places);
    std::optional<Outcome> outcome;
    testing::spawn(loop, keep_outcome(*bodies, task, stop, outcome));
    turn_until(loop, [&] { return lease(submitted).deferred_left.has_value(); });

    ReleaseWorker release;
    release.worker = dies;
    ASSERT_TRUE(db(std::move(release)));
    clock.advance(3s);
    ASSERT_EQ(db(Rescue{}).value(), 1u);
    EXPECT_EQ(this->task(task.task).place.value().rescues, 0);

    go.open();
    turn_until(loop, [&] { return outcome.has_value(); });
    EXPECT_EQ(outcome->kind, Outcome::Kind::returned) << "it was told that it is stopped";
}

TEST_F(DeferralTest, beyond_the_limit_a_body_keeps_its_slot)
{
    limits.deferred_max = 1;
    const Latch go;
    std::atomic<bool> was_held = false;
    add("first", waiting_at(go));
    add("second", [&was_held](const AttemptPtr& attempt) {
        attempt->give_slot_back();
        was_held = attempt->is_slot_held();
        EXPECT_TRUE(attempt->take_slot());
        attempt->end(done());
    });
    serve_bodies(1);
    const Submitted submitted = run();
    turn_until(loop, [&] { return task(submitted.tasks[1]).done.has_value(); });
    EXPECT_TRUE(was_held);
    EXPECT_EQ(bodies->load().deferred, 1u);
    go.open();
    EXPECT_EQ(finish(submitted.run), RunState::succeeded);
}

} // namespace
} // namespace sluice::deferral_test
