// SPDX-License-Identifier: Apache-2.0
// Triggers: who asks their functions, when, and what becomes of the answers.
#include "base/guarded.h"
#include "workflows/body_threads.h"
#include "workflows/host_testing.h"
#include "workflows/schedule_testing.h"
#include "workflows/trigger_polling.h"

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

namespace sluice {
namespace {

using testing::ScheduleTest;
using testing::turn_until;
using Says = std::optional<std::string>;

// A function in the hands of a test.
class Function {
public:
    void says(Says answer)
    {
        answer_.with([&](Says& place) { place = std::move(answer); });
    }
    void holds() { is_held_ = true; }
    void let_go() { barrier_.open(); }

    std::optional<std::string> operator()()
    {
        ++asked;
        if (is_held_)
            barrier_.wait();
        Says answer = answer_.with([](Says& place) { return place; });
        if (answer == "throw")
            throw std::runtime_error("as it was told");
        if (answer == "throw int")
            throw 1;
        return answer;
    }

    std::atomic<int> asked = 0;

private:
    Guarded<Says> answer_;
    std::atomic<bool> is_held_ = false;
    testing::Barrier barrier_;
};
using FunctionPtr = std::shared_ptr<Function>;

// What one process has for triggers.
struct Process {
    Process(asio::io_context& loop, Store& store)
        : workflows(loop.get_executor(), store, 5min),
          firing(store, workflows, {}, 1h),
          polling({loop.get_executor(), store, threads, firing}, {}, Log())
    {}

    BodyThreads threads{4};
    StoredWorkflows workflows;
    TriggerFiring firing;
    TriggerPolling polling;
};

class TriggersTest : public ScheduleTest {
protected:
    std::shared_ptr<TriggerRegistration> files() const
    {
        const auto made = std::make_shared<TriggerRegistration>();
        made->name = "files";
        made->workflow = "etl";
        made->poll = [function = function] { return (*function)(); };
        return made;
    }

    Result<bool> record(const RegisteredTrigger& trigger)
    {
        return wait(triggers.add(trigger, trigger->workflow.empty() ? "" : etl));
    }
    void add(Process& process, const RegisteredTrigger& trigger)
    {
        ASSERT_TRUE(record(trigger));
        process.polling.add(trigger);
    }
    void add(const RegisteredTrigger& trigger) { add(here, trigger); }

    // One turn, and the answers to its questions: how many there were.
    std::size_t turn(Process& process)
    {
        const std::size_t asked = wait(process.polling.run_once()).value();
        turn_until(loop, [&] { return process.polling.asking() == 0; });
        return asked;
    }
    std::size_t turn() { return turn(here); }

    // As time goes by, with a turn each so often.
    std::size_t turns(Process& process, Micros time, Micros step)
    {
        std::size_t asked = 0;
        for (; time > Micros{0}; time -= step) {
            clock.advance(step);
            asked += turn(process);
        }
        return asked;
    }

    // Oldest first.
    std::vector<TriggerFireView> fires(const std::string& name = "files")
    {
        auto found = wait(triggers.history(name, 100, 0)).value();
        std::ranges::reverse(found);
        return found;
    }
    TriggerView get(const std::string& name = "files")
    {
        return wait(triggers.get(name)).value().value();
    }
    void enable(bool enabled) { ASSERT_TRUE(wait(triggers.set_enabled("files", enabled))); }

    Result<Submitted> fire_by_hand(std::string context)
    {
        TriggerContext asked = trigger_context(context, "files", 1 << 20).value();
        StoredSchedule stored = wait(triggers.find("files")).value();
        return wait(here.firing.fire(stored, asked, TriggerFiring::By::user));
    }

    const TriggerPolling::Counts& counts() { return here.polling.counts(); }

    const std::string etl = "public::embedded::etl";
    FunctionPtr function = std::make_shared<Function>();
    Process here{loop, db.store()};
};

TEST_P(TriggersTest, are_asked_at_once_and_then_each_interval)
{
    add(files());
    EXPECT_EQ(turn(), 1u);
    EXPECT_EQ(turn(), 0u);
    EXPECT_EQ(turns(here, 29s, 1s), 0u);
    EXPECT_EQ(turns(here, 1s, 1s), 1u);
    EXPECT_EQ(turns(here, 60s, 1s), 2u);
    EXPECT_EQ(function->asked, 4);
    EXPECT_EQ(counts().asked, 4u);
    EXPECT_TRUE(fires().empty()) << "it has not said so";
}

TEST_P(TriggersTest, start_their_workflow_with_the_context_that_the_function_gives)
{
    add(files());
    function->says(R"({"file": "a.csv"})");
    turn();
    ASSERT_EQ(fires().size(), 1u);
    const TriggerFireView fired = fires()[0];
    EXPECT_EQ(dump_json(context_of(fired.run_id)), R"({"file":"a.csv"})");
    EXPECT_EQ(run(key_of_run(fired.run_id)).row.expires_at, now() + 1h);
    EXPECT_EQ(fired.schedule_id, get().id);
    EXPECT_EQ(fired.context_hash.size(), 32u);
    EXPECT_EQ(fired.started_at, now());
    EXPECT_EQ(fired.completed_at, std::nullopt);
    clock.advance(1s);
    end_runs();
    EXPECT_EQ(fires()[0].completed_at, now());
}

TEST_P(TriggersTest, do_not_fire_a_context_again_while_its_run_is_active)
{
    add(files());
    function->says(R"({"a":1,"b":2})");
    turn();
    function->says(R"({"b":2, "a":1.0})");
    turns(here, 60s, 5s);
    EXPECT_EQ(fires().size(), 1u);
    EXPECT_EQ(counts().active, 2u);
    function->says("{}");
    turns(here, 30s, 5s);
    EXPECT_EQ(fires().size(), 2u) << "another one";
    end_runs();
    function->says(R"({"a":1,"b":2})");
    turns(here, 30s, 5s);
    ASSERT_EQ(fires().size(), 3u);
    EXPECT_EQ(fires()[2].context_hash, fires()[0].context_hash);
}

TEST_P(TriggersTest, may_be_allowed_to_fire_what_is_active)
{
    const auto trigger = files();
    trigger->allow_concurrent = true;
    add(trigger);
    function->says("{}");
    turn();
    turns(here, 30s, 5s);
    EXPECT_EQ(fires().size(), 2u);
    EXPECT_NE(fires()[0].run_id, fires()[1].run_id);
}

TEST_P(TriggersTest, are_asked_at_the_times_of_their_cron)
{
    const auto trigger = files();
    trigger->cron = "*/5 * * * *";
    add(trigger);
    EXPECT_EQ(turn(), 0u);
    EXPECT_EQ(turns(here, 299s, 1s), 0u);
    EXPECT_EQ(turns(here, 1s, 1s), 1u);
    EXPECT_EQ(turns(here, 5min, 5s), 1u);
    EXPECT_EQ(get().poll_interval, Micros{0});
}

TEST_P(TriggersTest, are_asked_again_when_their_function_throws)
{
    add(files());
    function->says("throw");
    EXPECT_EQ(turn(), 1u);
    function->says("throw int");
    EXPECT_EQ(turns(here, 30s, 5s), 1u);
    function->says("[]");
    EXPECT_EQ(turns(here, 30s, 5s), 1u);
    EXPECT_EQ(counts().failed, 3u);
    EXPECT_TRUE(fires().empty());
    function->says("{}");
    EXPECT_EQ(turns(here, 30s, 5s), 1u);
    EXPECT_EQ(fires().size(), 1u);
}

TEST_P(TriggersTest, of_a_workflow_that_comes_later_start_it_then)
{
    const auto trigger = files();
    trigger->workflow = "later";
    ASSERT_TRUE(wait(triggers.add(trigger, "")));
    here.polling.add(trigger);
    function->says("{}");
    turn();
    EXPECT_EQ(counts().failed, 1u);
    declare("later");
    turns(here, 30s, 5s);
    EXPECT_EQ(fires().size(), 1u);
}

TEST_P(TriggersTest, that_are_replaced_go_on_a_body_thread)
{
    const auto ended_on = std::make_shared<std::promise<std::thread::id>>();
    std::future<std::thread::id> thread = ended_on->get_future();
    {
        const auto old = files();
        old->poll = [held = std::shared_ptr<void>(nullptr, [ended_on](void*) {
                         ended_on->set_value(std::this_thread::get_id());
                     })]() -> Says { return std::nullopt; };
        add(old);
    }
    EXPECT_EQ(turn(), 1u);
    here.polling.add(files());
    ASSERT_EQ(thread.wait_for(60s), std::future_status::ready);
    EXPECT_NE(thread.get(), std::this_thread::get_id()) << "this is the thread of the loop";
}

TEST_P(TriggersTest, that_are_disabled_are_not_asked)
{
    add(files());
    turn();
    enable(false);
    EXPECT_EQ(turns(here, 120s, 5s), 0u);
    EXPECT_FALSE(get().enabled);
    enable(true);
    EXPECT_EQ(turns(here, 30s, 5s), 1u);
}

TEST_P(TriggersTest, that_are_disabled_by_their_own_process_are_not_asked_once_more)
{
    const auto tell = [&] {
        for (const Changes& changes : db.take_changes())
            here.polling.changed(changes);
    };
    const auto trigger = files();
    trigger->interval = 1s; // less than the time between two renewals
    add(trigger);
    EXPECT_EQ(turn(), 1u);
    tell();
    EXPECT_EQ(here.polling.held(), 1u);
    enable(false);
    tell();
    EXPECT_EQ(here.polling.held(), 0u);
    EXPECT_EQ(turns(here, 3s, 1s), 0u);
    enable(true);
    tell();
    EXPECT_EQ(turn(), 1u);
}

TEST_P(TriggersTest, that_are_disabled_while_they_are_asked_do_not_fire)
{
    add(files());
    function->says("{}");
    function->holds();
    EXPECT_EQ(wait(here.polling.run_once()).value(), 1u);
    enable(false);
    function->let_go();
    turn_until(loop, [&] { return here.polling.asking() == 0; });
    EXPECT_TRUE(fires().empty());
    EXPECT_EQ(counts().failed, 1u);
}

TEST_P(TriggersTest, without_a_workflow_are_recorded_and_never_asked)
{
    const auto trigger = files();
    trigger->workflow = "";
    add(trigger);
    EXPECT_EQ(turns(here, 60s, 5s), 0u);
    EXPECT_EQ(get().workflow, "");
    EXPECT_EQ(fire_by_hand("{}").error().code, Errc::invalid);
}

TEST_P(TriggersTest, are_not_asked_again_while_they_are_asked_and_stay_where_they_are)
{
    add(files());
    function->holds();
    EXPECT_EQ(wait(here.polling.run_once()).value(), 1u);
    for (int i = 0; i < 12; ++i) {
        clock.advance(5s);
        EXPECT_EQ(wait(here.polling.run_once()).value(), 0u);
    }
    EXPECT_EQ(here.polling.held(), 1u);
    function->let_go();
    turn_until(loop, [&] { return here.polling.asking() == 0; });
    EXPECT_EQ(turn(), 1u);
}

TEST_P(TriggersTest, are_fired_by_hand_also_when_they_are_disabled)
{
    add(files());
    enable(false);
    const Result<Submitted> fired = fire_by_hand(R"({"by": "hand"})");
    ASSERT_TRUE(fired);
    EXPECT_EQ(fires().size(), 1u);
    EXPECT_EQ(fire_by_hand(R"({"by":"hand"})").error().code, Errc::conflict);
    EXPECT_TRUE(fire_by_hand("{}"));
}

TEST_P(TriggersTest, show_when_they_were_asked_last_to_a_few_seconds)
{
    add(files());
    EXPECT_EQ(get().last_poll_at, std::nullopt);
    turn();
    const Time asked = now();
    turns(here, 20s, 5s);
    ASSERT_TRUE(get().last_poll_at);
    EXPECT_LE(*get().last_poll_at - asked, 5s) << "what is held is not asked";
}

TEST_P(TriggersTest, that_are_registered_again_take_what_has_changed)
{
    add(files());
    const TriggerView first = get();
    EXPECT_EQ(first.name, "files");
    EXPECT_EQ(first.workflow, "etl");
    EXPECT_EQ(first.poll_interval, Micros(30s));
    clock.advance(1s);
    add(files());
    EXPECT_EQ(get().updated_at, first.updated_at);
    enable(false);
    const auto faster = files();
    faster->interval = 10s;
    add(faster);
    EXPECT_EQ(get().id, first.id);
    EXPECT_EQ(get().poll_interval, Micros(10s));
    EXPECT_FALSE(get().enabled) << "an operator has disabled it";
    enable(true);
    turn();
    EXPECT_EQ(turns(here, 30s, 5s), 3u);
}

TEST_P(TriggersTest, that_make_no_sense_are_refused_in_words)
{
    const auto words = [&](const RegisteredTrigger& trigger) {
        const Error error = record(trigger).error();
        EXPECT_EQ(error.code, Errc::invalid) << error.detail;
        return error.detail;
    };
    auto trigger = files();
    trigger->name = "";
    EXPECT_EQ(words(trigger), "name: 1 to 255 bytes are accepted, not 0");
    trigger->name = "a\nb";
    EXPECT_NE(words(trigger).find("control characters"), std::string::npos);
    trigger = files();
    trigger->interval = 9ms;
    EXPECT_EQ(words(trigger), "interval: at least 10 ms is accepted, not 9000 us");
    trigger = files();
    trigger->cron = "x";
    EXPECT_NE(words(trigger).find("cron expression 'x'"), std::string::npos);
    trigger->cron = "@daily";
    trigger->timezone = "Nowhere/At_all";
    EXPECT_NE(words(trigger).find("Nowhere"), std::string::npos);
    EXPECT_TRUE(wait(triggers.list({})).value().empty());
}

TEST_P(TriggersTest, are_listed_newest_first_by_page_and_whether_they_are_enabled)
{
    for (const char* name : {"files", "mail", "queue"}) {
        const auto trigger = files();
        trigger->name = name;
        add(trigger);
    }
    enable(false);
    const auto names = [&](const TriggerSchedules::Page& page) {
        std::string found;
        for (const TriggerView& one : wait(triggers.list(page)).value())
            found += one.name + " ";
        return found;
    };
    TriggerSchedules::Page page;
    EXPECT_EQ(names(page), "queue mail files ");
    page.enabled = true;
    EXPECT_EQ(names(page), "queue mail ");
    page.limit = 1;
    page.offset = 1;
    EXPECT_EQ(names(page), "mail ");
}

TEST_P(TriggersTest, that_nobody_has_registered_have_no_history)
{
    EXPECT_EQ(wait(triggers.get("absent")).value(), std::nullopt);
    EXPECT_TRUE(fires("absent").empty());
    const Error error = wait(triggers.set_enabled("absent", true)).error();
    EXPECT_EQ(error.code, Errc::not_found);
    EXPECT_EQ(error.detail, "no trigger 'absent'");
}

class TriggersOfTwo : public TriggersTest {
protected:
    std::unique_ptr<testing::Driver> other = another_store();
    Process there{loop, other->store()};
};

TEST_P(TriggersOfTwo, are_asked_where_the_function_is)
{
    ASSERT_TRUE(record(files()));
    EXPECT_EQ(turns(here, 20s, 5s), 0u);
    add(there, files());
    EXPECT_EQ(turns(here, 20s, 5s), 0u);
    EXPECT_EQ(turn(there), 1u);
}

TEST_P(TriggersOfTwo, are_asked_by_one)
{
    add(files());
    add(there, files());
    EXPECT_EQ(turn(), 1u);
    for (int i = 0; i < 24; ++i) {
        clock.advance(5s);
        EXPECT_EQ(turn(there), 0u);
        turn();
    }
    EXPECT_EQ(function->asked, 5);
}

TEST_P(TriggersOfTwo, are_taken_over_when_their_process_has_died)
{
    add(files());
    add(there, files());
    EXPECT_EQ(turn(), 1u);
    EXPECT_EQ(turns(here, 5s, 5s), 0u);
    EXPECT_EQ(turns(there, 25s, 5s), 0u);
    EXPECT_EQ(turns(there, 15s, 5s), 1u) << "when they would have been, to a few seconds";
    EXPECT_EQ(there.polling.held(), 1u);
    turn();
    EXPECT_EQ(here.polling.held(), 0u) << "who was dead by mistake gives way";
}

TEST_P(TriggersOfTwo, are_left_to_others_by_a_process_that_stops)
{
    add(files());
    add(there, files());
    EXPECT_EQ(turn(), 1u);
    wait(here.polling.stop());
    EXPECT_EQ(wait(there.polling.run_once()).value(), 0u);
    EXPECT_EQ(there.polling.held(), 1u) << "at once";
}

TEST_P(TriggersOfTwo, stop_without_their_functions)
{
    add(files());
    function->says("{}");
    function->holds();
    EXPECT_EQ(wait(here.polling.run_once()).value(), 1u);
    wait(here.polling.stop());
    EXPECT_EQ(here.polling.asking(), 0u);
    function->let_go();
    EXPECT_EQ(here.threads.close(60s), 0u);
    EXPECT_TRUE(fires().empty());
}

TEST_P(TriggersOfTwo, fire_a_context_once)
{
    add(files());
    StoredSchedule stored = wait(triggers.find("files")).value();
    const TriggerContext context = trigger_context("{}", "files", 1 << 20).value();
    std::vector<bool> fired;
    const auto one = [](TriggerFiring& firing, StoredSchedule trigger, TriggerContext asked,
                        std::vector<bool>& done) -> Async<void> {
        const Result<Submitted> submitted =
            co_await firing.fire(trigger, asked, TriggerFiring::By::function);
        done.push_back(submitted.has_value());
    };
    testing::spawn(loop, one(here.firing, stored, context, fired));
    testing::spawn(loop, one(there.firing, stored, context, fired));
    turn_until(loop, [&] { return fired.size() == 2; });
    EXPECT_EQ(std::ranges::count(fired, true), 1);
    EXPECT_EQ(fires().size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, TriggersTest, ::testing::Values(Dialect::sqlite_memory, Dialect::postgres),
    dialect_name
);
INSTANTIATE_TEST_SUITE_P(
    Dialects, TriggersOfTwo, ::testing::ValuesIn(shared_dialects), dialect_name
);

class TriggersOfHosts : public testing::HostTest {};

TEST_P(TriggersOfHosts, start_runs_by_themselves_and_by_hand)
{
    const auto host = open();
    ASSERT_TRUE(host->add(
        testing::registered("etl", {testing::task_with("a", {}, testing::gives("{\"b\":1}"))})
    ));
    const auto asked = std::make_shared<testing::Barrier>();
    const auto count = std::make_shared<std::atomic<int>>(0);
    const auto trigger = std::make_shared<TriggerRegistration>();
    trigger->name = "files";
    trigger->workflow = "etl";
    trigger->interval = 10ms;
    trigger->poll = [asked, count]() -> Says {
        if (++*count == 3)
            asked->open();
        return std::nullopt;
    };
    ASSERT_TRUE(testing::answer_of(host->add(RegisteredTrigger(trigger))).value());
    asked->wait();
    const FollowedRunPtr fired =
        testing::answer_of(host->fire_trigger("files", "{\"a\":1}")).value();
    EXPECT_EQ(testing::answer_of(fired->end()).value()->status, RunStatus::completed);
    EXPECT_NE(host->metrics().find("sluice_workflow_trigger_polls_total"), std::string::npos);
    EXPECT_EQ(host->shutdown(10s), 0u);
}

TEST_P(TriggersOfHosts, are_fired_by_hand_where_their_workflow_is_not_known)
{
    const auto program = open();
    ASSERT_TRUE(program->add(
        testing::registered("etl", {testing::task_with("a", {}, testing::gives("{}"))})
    ));
    const auto trigger = std::make_shared<TriggerRegistration>();
    trigger->name = "files";
    trigger->workflow = "etl";
    trigger->poll = []() -> Says { return std::nullopt; };
    ASSERT_TRUE(testing::answer_of(program->add(RegisteredTrigger(trigger))).value());
    HostOptions elsewhere = options();
    elsewhere.mode = HostOptions::Mode::executor_only;
    const auto other = open(elsewhere);
    const FollowedRunPtr fired = testing::answer_of(other->fire_trigger("files", "")).value();
    EXPECT_EQ(testing::answer_of(fired->end()).value()->status, RunStatus::completed);
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, TriggersOfHosts, ::testing::ValuesIn(shared_dialects), dialect_name
);

} // namespace
} // namespace sluice
