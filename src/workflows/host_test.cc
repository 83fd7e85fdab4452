// SPDX-License-Identifier: Apache-2.0
// Runs of workflows by a Host on a real database. Its life: host_life_test.cc.
#include "workflows/host_testing.h"

#include <atomic>
#include <thread>

namespace sluice::host_test {
namespace {

using namespace testing;

class HostRuns : public HostTest {};

// What stands in the metrics for a name.
std::string metric(const Host& host, const std::string& name)
{
    const std::string text = host.metrics();
    const std::size_t at = text.find("\n" + name + " ");
    if (at == std::string::npos)
        return "";
    const std::size_t begin = at + name.size() + 2;
    return text.substr(begin, text.find('\n', begin) - begin);
}

RegisteredWorkflow etl()
{
    return registered(
        "etl", {task_with("extract", {}, gives("{\"rows\":3}")),
                task_with(
                    "load", {"extract"},
                    [](BodyAttempt& attempt) { return BodyEnd{.output = attempt.facts().input}; }
                )}
    );
}

TEST_P(HostRuns, run_a_chain_in_which_each_task_gets_what_the_one_before_gave)
{
    const auto host = open();
    ASSERT_TRUE(host->add(etl()));
    const SharedReport report = execute(*host, "etl", "{\"n\": 1}");
    EXPECT_EQ(report->status, RunStatus::completed);
    EXPECT_EQ(report->workflow, "public::embedded::etl");
    EXPECT_EQ(report->initial_context, "{\"n\":1}");
    ASSERT_EQ(report->tasks.size(), 2U);
    EXPECT_EQ(report->tasks[1].id, "load");
    EXPECT_EQ(report->tasks[1].attempts, 1);
    EXPECT_EQ(report->tasks[1].end->result, "{\"rows\":3}");
    EXPECT_EQ(final_context_of(*report).value(), "{\"rows\":3}");
}

TEST_P(HostRuns, report_their_ends_as_others_read_them)
{
    const auto host = open();
    ASSERT_TRUE(host->add(registered(
        "mixed", {task_with("a", {}, fails("no")), task_with("b", {"a"}, gives("")),
                  task_with("c", {}, gives("{\"c\":1}"))}
    )));
    const SharedReport told = execute(*host, "mixed", "{\"n\":1}");
    const auto other = open();
    const FollowedRunPtr attached = answer_of(other->attach(told->id)).value();
    const SharedReport read = answer_of(attached->end()).value();

    EXPECT_EQ(told->status, RunStatus::failed);
    EXPECT_EQ(told->error, "1 task(s) failed, 1 completed, 1 skipped");
    EXPECT_EQ(read->status, told->status);
    EXPECT_EQ(read->error, told->error);
    EXPECT_EQ(read->created_at, told->created_at);
    EXPECT_EQ(read->ended_at, told->ended_at);
    EXPECT_EQ(read->version, told->version);
    EXPECT_EQ(read->initial_context, told->initial_context);
    EXPECT_EQ(read->parents, told->parents);
    ASSERT_EQ(read->tasks.size(), told->tasks.size());
    for (std::size_t i = 0; i < told->tasks.size(); ++i) {
        const TaskReport& a = read->tasks[i];
        const TaskReport& b = told->tasks[i];
        EXPECT_EQ(a.id, b.id);
        EXPECT_EQ(a.status, b.status) << b.id;
        EXPECT_EQ(a.attempts, b.attempts) << b.id;
        EXPECT_EQ(a.started_at, b.started_at) << b.id;
        EXPECT_EQ(a.ended_at, b.ended_at) << b.id;
        EXPECT_EQ(a.error, b.error) << b.id;
        EXPECT_EQ(a.end->result, b.end->result) << b.id;
    }
    EXPECT_EQ(told->tasks[1].error, "dependency 'a' failed");
}

TEST_P(HostRuns, of_an_unknown_workflow_are_refused_with_the_nearest_name)
{
    const auto host = open();
    ASSERT_TRUE(host->add(etl()));
    const CallError error = answer_of(host->submit("etk", "")).error();
    EXPECT_EQ(error.kind, CallError::Kind::not_found);
    EXPECT_EQ(error.text, "no workflow named 'etk' (did you mean 'etl'?)");
}

TEST_P(HostRuns, begin_with_a_context_that_can_be_kept_or_not_at_all)
{
    HostOptions small = options();
    small.context_bytes_max = 1024;
    const auto host = open(small);
    ASSERT_TRUE(host->add(etl()));
    const CallError bad = answer_of(host->submit("etl", "{\"a\":{\"b\":[1,NaN]}}")).error();
    EXPECT_EQ(bad.kind, CallError::Kind::invalid);
    EXPECT_EQ(bad.text, "context key 'a.b[1]': NaN is not a JSON value");

    const std::string large = "{\"a\":\"" + std::string(2000, 'x') + "\"}";
    const CallError refused = answer_of(host->submit("etl", large)).error();
    EXPECT_EQ(refused.kind, CallError::Kind::invalid);
    EXPECT_EQ(
        refused.text, "the initial context of workflow 'etl' has 2,008 bytes; 1,024 are allowed"
    );
    EXPECT_TRUE(answer_of(host->list_runs("etl", {})).value().empty());
}

TEST_P(HostRuns, are_run_by_the_host_that_knows_their_workflow)
{
    const auto first = open();
    const auto second = open();
    std::atomic<int> by_first = 0;
    std::atomic<int> by_second = 0;
    const auto counts = [](std::atomic<int>& counter) {
        return [&counter](BodyAttempt&) {
            ++counter;
            return BodyEnd{};
        };
    };
    ASSERT_TRUE(first->add(registered("a", {task_with("t", {}, counts(by_first))})));
    ASSERT_TRUE(second->add(registered("b", {task_with("t", {}, counts(by_second))})));
    for (int i = 0; i < 5; ++i) {
        execute(*first, "a");
        execute(*second, "b");
    }
    EXPECT_EQ(by_first, 5);
    EXPECT_EQ(by_second, 5);
}

TEST_P(HostRuns, can_be_followed_from_another_host)
{
    Barrier barrier;
    const auto first = open();
    ASSERT_TRUE(first->add(registered("w", {task_with("t", {}, [&](BodyAttempt&) {
                                          barrier.wait();
                                          return BodyEnd{.output = "{\"done\":true}"};
                                      })})));
    const std::string id = begin(*first, "w")->id();
    const auto second = open();
    const FollowedRunPtr run = answer_of(second->attach(id)).value();
    EXPECT_EQ(run->id(), id);
    EXPECT_FALSE(run->end()->is_answered());
    barrier.open();
    EXPECT_EQ(answer_of(run->end()).value()->tasks[0].end->result, "{\"done\":true}");
    EXPECT_EQ(answer_of(run->status()).value(), RunStatus::completed);

    EXPECT_EQ(answer_of(second->attach("x")).error().kind, CallError::Kind::invalid);
    const std::string nobodys = "00000000-0000-7000-8000-000000000000";
    EXPECT_EQ(answer_of(second->attach(nobodys)).error().kind, CallError::Kind::not_found);
}

TEST_P(HostRuns, that_are_canceled_wake_who_waits_while_the_body_runs_on)
{
    Barrier begun;
    Barrier barrier;
    std::atomic<bool> was_stopped = false;
    const auto host = open();
    ASSERT_TRUE(host->add(registered("w", {task_with("t", {}, [&](BodyAttempt& attempt) {
                                         begun.open();
                                         barrier.wait();
                                         was_stopped = attempt.is_stopped();
                                         return BodyEnd{};
                                     })})));
    const FollowedRunPtr run = begin(*host, "w");
    begun.wait();
    ASSERT_TRUE(answer_of(run->cancel("enough")));
    const SharedReport report = answer_of(run->end()).value();
    EXPECT_EQ(report->status, RunStatus::cancelled);
    EXPECT_EQ(report->error, "the run was cancelled: enough");
    EXPECT_EQ(answer_of(run->cancel("")).error().kind, CallError::Kind::conflict);
    barrier.open();
    EXPECT_EQ(host->shutdown(std::chrono::seconds(30)), 0U);
    EXPECT_TRUE(was_stopped);
}

TEST_P(HostRuns, that_are_paused_go_on_when_they_are_resumed)
{
    Barrier begun;
    Barrier barrier;
    const auto host = open();
    ASSERT_TRUE(host->add(registered(
        "w", {task_with(
                  "a", {},
                  [&](BodyAttempt&) {
                      begun.open();
                      barrier.wait();
                      return BodyEnd{};
                  }
              ),
              task_with("b", {"a"}, gives("{\"b\":1}"))}
    )));
    const FollowedRunPtr run = begin(*host, "w");
    begun.wait();
    ASSERT_TRUE(answer_of(host->pause(run->id())));
    barrier.open();
    while (answer_of(run->report()).value()->tasks[0].status != TaskStatus::completed) {
    }
    EXPECT_EQ(answer_of(run->status()).value(), RunStatus::paused);
    EXPECT_FALSE(run->end()->is_answered());
    ASSERT_TRUE(answer_of(host->resume(run->id())));
    EXPECT_EQ(answer_of(run->end()).value()->status, RunStatus::completed);
}

TEST_P(HostRuns, live_again_from_a_task_that_failed)
{
    std::atomic<bool> is_well = false;
    const auto host = open();
    ASSERT_TRUE(host->add(registered(
        "w", {task_with("a", {}, gives("{\"a\":1}")),
              task_with(
                  "b", {"a"},
                  [&](BodyAttempt&) {
                      return is_well ? BodyEnd{.output = "{\"b\":1}"}
                                     : BodyEnd{.kind = BodyEnd::Kind::failed, .error = "no"};
                  }
              )}
    )));
    const FollowedRunPtr failed = begin(*host, "w");
    EXPECT_EQ(answer_of(failed->end()).value()->status, RunStatus::failed);
    is_well = true;
    const FollowedRunPtr again = answer_of(host->retry_from(failed->id(), "b")).value();
    const SharedReport report = answer_of(again->end()).value();
    EXPECT_EQ(report->status, RunStatus::completed);
    EXPECT_EQ(report->tasks[0].attempts, 1);
    EXPECT_EQ(report->tasks[1].attempts, 2);
}

TEST_P(HostRuns, may_be_made_and_awaited_by_bodies_on_a_single_slot)
{
    HostOptions narrow = options();
    narrow.slots = 1;
    const auto host = open(narrow);
    ASSERT_TRUE(host->add(etl()));
    ASSERT_TRUE(host->add(registered("outer", {task_with("t", {}, [&](BodyAttempt&) {
                                         const FollowedRunPtr inner =
                                             answer_of(host->submit("etl", "")).value();
                                         const SlotBack slot;
                                         return BodyEnd{
                                             .output =
                                                 final_context_of(*answer_of(inner->end()).value())
                                                     .value()};
                                     })})));
    EXPECT_EQ(final_context_of(*execute(*host, "outer")).value(), "{\"rows\":3}");
}

TEST_P(HostRuns, tell_each_status_that_they_take_on_with_the_final_one_last)
{
    Guarded<std::vector<std::string>> told;
    std::string id;
    {
        const auto host = open();
        ASSERT_TRUE(host->add(etl()));
        const auto on_status = [&](const std::string& run, RunStatus status) {
            told.with([&](auto& all) { all.push_back(run + " " + std::string(name(status))); });
            throw std::runtime_error("as it was told");
        };
        const FollowedRunPtr run = answer_of(host->submit("etl", "", on_status)).value();
        id = run->id();
        ASSERT_TRUE(answer_of(run->end()));
    }
    const std::vector<std::string> expected{id + " Pending", id + " Running", id + " Completed"};
    EXPECT_EQ(told.with([](const auto& all) { return all; }), expected);
}

TEST_P(HostRuns, leave_nothing_behind_once_they_are_final)
{
    const auto host = open();
    ASSERT_TRUE(host->add(etl()));
    for (int i = 0; i < 20; ++i)
        execute(*host, "etl", "{\"n\":1}");
    EXPECT_EQ(metric(*host, "sluice_workflow_followed_runs"), "0");
    EXPECT_EQ(metric(*host, "sluice_workflow_cached_bytes"), "0");
    EXPECT_EQ(metric(*host, "sluice_workflow_runs_submitted_total"), "20");
    EXPECT_EQ(metric(*host, "sluice_workflow_runs_ended_total{status=\"completed\"}"), "20");
}

TEST_P(HostRuns, are_listed_by_any_name_of_their_workflow)
{
    const auto host = open();
    ASSERT_TRUE(host->add(etl()));
    ASSERT_TRUE(host->add(registered("other", {task_with("t", {}, gives(""))})));
    const std::string id = execute(*host, "etl")->id;
    execute(*host, "other");
    for (const char* name : {"etl", "public::embedded::etl"}) {
        const std::vector<RunLine> lines = answer_of(host->list_runs(name, {})).value();
        ASSERT_EQ(lines.size(), 1U);
        EXPECT_EQ(lines[0].id, id);
    }
    EXPECT_EQ(answer_of(host->list_runs("", {})).value().size(), 2U);
    EXPECT_EQ(answer_of(host->list_runs("eth", {})).error().kind, CallError::Kind::not_found);
}

TEST_P(HostRuns, take_the_definition_that_was_registered_last)
{
    Guarded<std::vector<std::string>> lines;
    {
        HostOptions told = options();
        told.log = [&](LogLevel, std::string_view line) {
            lines.with([&](auto& all) { all.emplace_back(line); });
        };
        const auto host = open(told);
        ASSERT_TRUE(host->add(registered("w", {task_with("a", {}, gives(""))}, "0000000000000011"))
        );
        EXPECT_EQ(execute(*host, "w")->version, "0000000000000011");
        ASSERT_TRUE(host->add(registered("w", {task_with("b", {}, gives(""))}, "0000000000000022"))
        );
        const SharedReport report = execute(*host, "w");
        EXPECT_EQ(report->version, "0000000000000022");
        EXPECT_EQ(report->tasks[0].id, "b");
    }
    const std::string line =
        "workflows: workflow 'public::embedded::w' changed: 0000000000000011 -> 0000000000000022";
    EXPECT_EQ(lines.with([&](const auto& all) { return std::ranges::count(all, line); }), 1);
}

TEST_P(HostRuns, of_a_large_workflow_are_loaded_in_pieces)
{
    HostOptions wide = options();
    wide.slots = 64;
    const auto host = open(wide);
    std::vector<TaskWithBody> tasks;
    std::vector<std::string> all;
    for (int i = 0; i < 2600; ++i) {
        tasks.push_back(task_with(fmt::format("t{}", i), {}, gives("")));
        all.push_back(tasks.back().task.id);
    }
    tasks.insert(tasks.begin(), task_with("last", all, gives("{\"last\":1}")));
    ASSERT_TRUE(host->add(registered("large", std::move(tasks))));
    const SharedReport report = execute(*host, "large");
    EXPECT_EQ(report->status, RunStatus::completed);
    EXPECT_EQ(final_context_of(*report).value(), "{\"last\":1}");
}

INSTANTIATE_TEST_SUITE_P(On, HostRuns, ::testing::ValuesIn(shared_dialects), dialect_name);

} // namespace
} // namespace sluice::host_test
