// SPDX-License-Identifier: Apache-2.0
#include "sdk/workflows/cpp_body.h"

#include "sdk/workflows/body_testing.h"
#include "sluice/error.h"
#include "sluice/workflow_error.h"

#include <gtest/gtest.h>

#include <pthread.h>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace sluice::workflows::cpp_body_test {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;
using AttemptPtr = std::shared_ptr<FakeAttempt>;

// Runs the body to its end.
BodyEnd end_of(CppTask task, const AttemptPtr& attempt)
{
    CppBody(std::move(task)).begin(attempt);
    attempt->run_all();
    return attempt->ended.value_or(BodyEnd{.error = "it has not ended"});
}

BodyEnd end_of(Body body, std::string input = "{}")
{
    return end_of({.body = std::move(body)}, std::make_shared<FakeAttempt>(std::move(input)));
}

template <class Thrown>
BodyEnd end_by(Thrown thrown)
{
    return end_of([thrown](Context&) { throw thrown; });
}

void fail(Context& context)
{
    context.set("changed", true);
    throw std::runtime_error("boom");
}

TEST(CppBody, gives_what_it_has_changed_in_place)
{
    const BodyEnd end = end_of(
        [](Context& context) { context.set("b", context.require<int>("a") + 1); }, R"({"a":1})"
    );
    EXPECT_EQ(end.kind, BodyEnd::Kind::done);
    EXPECT_EQ(end.output, R"({"a":1,"b":2})");
}

TEST(CppBody, gives_the_context_that_it_returns)
{
    EXPECT_EQ(
        end_of(
            [](Context&) {
                return Context({{"c", 3}});
            },
            R"({"a":1})"
        )
            .output,
        R"({"c":3})"
    );
}

TEST(CppBody, stores_nothing_for_the_empty_context)
{
    EXPECT_EQ(end_of([](Context& context) { context.remove("a"); }, R"({"a":1})").output, "");
}

TEST(CppBody, may_own_what_cannot_be_copied)
{
    const BodyEnd end =
        end_of([owned = std::make_unique<int>(7)](Context& context) { context.set("n", *owned); });
    EXPECT_EQ(end.output, R"({"n":7})");
}

TEST(CppBody, sees_its_attempt)
{
    const BodyEnd end = end_of([](Context& context, TaskHandle& task) {
        context.set("run", task.run_id());
        context.set("task", task.task_id());
        context.set("workflow", task.workflow());
        context.set("attempt", task.attempt());
        context.set("free", !task.cancelled() && task.is_slot_held());
    });
    EXPECT_EQ(
        end.output, R"({"run":"run-1","task":"load","workflow":"public::embedded::etl",)"
                    R"("attempt":2,"free":true})"
    );
}

TEST(CppBody, fails_with_the_text_of_what_it_throws)
{
    const BodyEnd end = end_by(std::runtime_error("boom"));
    EXPECT_EQ(end.kind, BodyEnd::Kind::failed);
    EXPECT_EQ(end.error, "boom");
    EXPECT_FALSE(end.is_transient);
    EXPECT_EQ(end.retry_after, std::nullopt);
    EXPECT_EQ(end_by(7).error, "an exception of unknown type");
    EXPECT_EQ(end_by("text").error, "an exception of unknown type");
}

TEST(CppBody, knows_what_will_pass)
{
    const auto system = [](std::errc code) {
        return std::system_error(std::make_error_code(code));
    };
    EXPECT_TRUE(end_by(system(std::errc::connection_refused)).is_transient);
    EXPECT_TRUE(end_by(system(std::errc::timed_out)).is_transient);
    EXPECT_FALSE(end_by(system(std::errc::permission_denied)).is_transient);
    EXPECT_TRUE(end_by(Error(Error::Kind::unavailable, "away")).is_transient);
    EXPECT_FALSE(end_by(Error(Error::Kind::not_found, "gone")).is_transient);
    EXPECT_TRUE(end_by(client::Unavailable({.message = "nobody answers"})).is_transient);
}

TEST(CppBody, fails_with_a_text_that_can_be_stored)
{
    EXPECT_EQ(end_by(std::runtime_error("a\xff")).error, "a\xef\xbf\xbd");
    std::string long_text(65'535, 'x');
    long_text += "ä and more";
    EXPECT_EQ(end_by(std::runtime_error(long_text)).error, std::string(65'535, 'x'));
}

TEST(CppBody, fails_when_its_output_is_too_large)
{
    bool was_called = false;
    CppTask task{.body = Body([](Context& context) { context.set("t", std::string(2'000, 'x')); })};
    task.checkpoint = [&](const Context&) { was_called = true; };
    const BodyEnd end = end_of(task, std::make_shared<FakeAttempt>());
    EXPECT_EQ(end.error, "the context of task 'load' has 2,008 bytes; 1,024 are allowed");
    EXPECT_FALSE(was_called);
}

TEST(CppBody, fails_when_its_input_is_damaged)
{
    EXPECT_EQ(end_of([](Context&) {}, "[]").kind, BodyEnd::Kind::failed);
}

TEST(CppBody, is_told_of_its_success_before_the_end)
{
    Lines heard;
    const auto attempt = std::make_shared<FakeAttempt>();
    CppTask task{.body = Body([](Context& context) { context.set("n", 1); })};
    task.checkpoint = [&](const Context& output) { heard.push_back("kept " + output.to_json()); };
    task.on_success = [&](const std::string& id, const Context& output) {
        EXPECT_FALSE(attempt->ended);
        heard.push_back(id + " " + output.to_json());
    };
    EXPECT_EQ(end_of(task, attempt).kind, BodyEnd::Kind::done);
    EXPECT_EQ(heard, (Lines{R"(kept {"n":1})", R"(load {"n":1})"}));
}

TEST(CppBody, is_told_of_its_failure_with_the_input)
{
    Lines heard;
    CppTask task{.body = Body(fail)};
    task.on_failure = [&](const std::string& id, const std::string& error, const Context& input) {
        heard = {id, error, input.to_json()};
    };
    end_of(task, std::make_shared<FakeAttempt>(R"({"a":1})"));
    EXPECT_EQ(heard, (Lines{"load", "boom", R"({"a":1})"}));
}

TEST(CppBody, fails_by_its_checkpoint)
{
    Lines heard;
    CppTask task{.body = Body([](Context&) {})};
    task.checkpoint = [](const Context&) { throw std::runtime_error("disk full"); };
    task.on_success = [&](const std::string&, const Context&) { heard.push_back("success"); };
    task.on_failure = [&](const std::string&, const std::string& error, const Context&) {
        heard.push_back(error);
    };
    EXPECT_EQ(end_of(task, std::make_shared<FakeAttempt>()).error, "disk full");
    EXPECT_EQ(heard, Lines{"disk full"});
}

TEST(CppBody, does_not_care_what_callbacks_throw)
{
    CppTask good{.body = Body([](Context&) {})};
    good.on_success = [](const std::string&, const Context&) { throw std::runtime_error("oops"); };
    const auto first = std::make_shared<FakeAttempt>();
    EXPECT_EQ(end_of(good, first).kind, BodyEnd::Kind::done);
    EXPECT_EQ(first->warnings, Lines{"public::embedded::etl::load: on_success: oops"});

    CppTask bad{.body = Body(fail)};
    bad.on_failure = [](const std::string&, const std::string&, const Context&) { throw 7; };
    const auto second = std::make_shared<FakeAttempt>();
    EXPECT_EQ(end_of(bad, second).error, "boom");
    EXPECT_EQ(
        second->warnings,
        Lines{"public::embedded::etl::load: on_failure: an exception of unknown type"}
    );
}

TEST(CppBody, calls_nothing_back_when_it_was_stopped)
{
    const auto attempt = std::make_shared<FakeAttempt>();
    CppTask task{.body = Body([&](Context&) { attempt->stop(); })};
    task.checkpoint = [](const Context&) { FAIL() << "checkpoint"; };
    task.on_success = [](const std::string&, const Context&) { FAIL() << "on_success"; };
    EXPECT_EQ(end_of(task, attempt).kind, BodyEnd::Kind::done);
}

TEST(CppBody, is_told_of_a_timeout_by_who_has_found_it)
{
    Lines heard;
    CppTask task{.body = Body(fail)};
    task.on_failure = [&](const std::string& id, const std::string& error, const Context& input) {
        heard = {id, error, input.to_json()};
        throw std::runtime_error("oops");
    };
    FakeAttempt attempt(R"({"a":1})");
    CppBody(task).timed_out(attempt.facts(), "Timeout");
    EXPECT_EQ(heard, (Lines{"load", "Timeout", R"({"a":1})"}));
    EXPECT_EQ(attempt.warnings.size(), 1u);
}

TEST(CppBody, asks_a_custom_backoff_for_the_delay)
{
    CppTask task{.body = Body(fail)};
    task.retry = {.initial_delay = 10ms, .jitter = false};
    task.retry.backoff = Backoff::custom([](int attempt, std::chrono::milliseconds initial) {
        return initial * attempt;
    });
    EXPECT_EQ(end_of(task, std::make_shared<FakeAttempt>()).retry_after, Micros(20ms));

    task.retry.backoff = Backoff::custom([](int, std::chrono::milliseconds initial) {
        throw std::runtime_error("no idea");
        return initial;
    });
    const auto attempt = std::make_shared<FakeAttempt>();
    EXPECT_EQ(end_of(task, attempt).retry_after, std::nullopt);
    EXPECT_EQ(attempt->warnings.size(), 1u);
}

TEST(CppBody, lets_the_end_of_its_thread_pass)
{
    const auto attempt = std::make_shared<FakeAttempt>();
    std::thread thread([&] {
        CppBody({.body = Body([](Context&) { ::pthread_exit(nullptr); })}).begin(attempt);
    });
    thread.join();
    EXPECT_FALSE(attempt->ended);
}

TEST(DeferUntil, keeps_the_slot_when_the_condition_holds_at_once)
{
    const auto attempt = std::make_shared<FakeAttempt>();
    const BodyEnd end = end_of(
        {.body = Body([](Context&, TaskHandle& task) { task.defer_until([] { return true; }); })},
        attempt
    );
    EXPECT_EQ(end.kind, BodyEnd::Kind::done);
    EXPECT_TRUE(attempt->slept.empty());
}

TEST(DeferUntil, asks_each_interval_without_a_slot_and_goes_on_with_one)
{
    const auto attempt = std::make_shared<FakeAttempt>();
    int asked = 0;
    const auto body = [&](Context& context, TaskHandle& task) {
        task.defer_until(
            [&] {
                EXPECT_EQ(task.is_slot_held(), asked == 0);
                return ++asked == 3;
            },
            20ms
        );
        context.set("has_slot", task.is_slot_held());
    };
    EXPECT_EQ(end_of({.body = Body(body)}, attempt).output, R"({"has_slot":true})");
    EXPECT_EQ(attempt->slept, (std::vector<Micros>{20ms, 20ms}));
}

TEST(DeferUntil, fails_the_attempt_by_what_the_condition_throws)
{
    const auto attempt = std::make_shared<FakeAttempt>();
    int asked = 0;
    const auto condition = [&]() -> bool {
        if (++asked == 2)
            throw std::runtime_error("no such file");
        return false;
    };
    const auto body = [&](Context&, TaskHandle& task) { task.defer_until(condition); };
    EXPECT_EQ(end_of({.body = Body(body)}, attempt).error, "no such file");
    EXPECT_TRUE(attempt->is_slot_held());
}

TEST(DeferUntil, ends_when_the_attempt_is_stopped)
{
    const auto attempt = std::make_shared<FakeAttempt>();
    attempt->during_sleep = [&] { attempt->stop(); };
    bool is_stopped = false;
    const auto body = [&](Context&, TaskHandle& task) {
        try {
            task.defer_until([] { return false; });
        } catch (const TaskStopped&) {
            is_stopped = true;
            EXPECT_THROW(task.sleep_for(1ms), TaskStopped);
        }
    };
    end_of({.body = Body(body)}, attempt);
    EXPECT_TRUE(is_stopped);
}

TEST(SleepFor, keeps_the_slot)
{
    const auto attempt = std::make_shared<FakeAttempt>();
    attempt->during_sleep = [&] { EXPECT_TRUE(attempt->is_slot_held()); };
    const auto body = [](Context&, TaskHandle& task) {
        task.sleep_for(50ms);
        task.sleep_for(0ms);
    };
    EXPECT_EQ(end_of({.body = Body(body)}, attempt).kind, BodyEnd::Kind::done);
    EXPECT_EQ(attempt->slept, (std::vector<Micros>{50ms}));
}

} // namespace
} // namespace sluice::workflows::cpp_body_test
