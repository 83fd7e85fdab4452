// SPDX-License-Identifier: Apache-2.0
#include "tasks/service_metrics.h"

#include <gtest/gtest.h>

namespace sluice::service_metrics_test {
namespace {

using namespace std::chrono_literals;

class ServiceMetricsTest : public ::testing::Test {
protected:
    // What is shown after the name of a series; empty: it is not shown.
    std::string shown(const std::string& series)
    {
        const std::string text = "\n" + metrics.text();
        const std::size_t begin = text.find("\n" + series + " ");
        if (begin == std::string::npos)
            return "";
        const std::size_t value = begin + series.size() + 2;
        return text.substr(value, text.find('\n', value) - value);
    }

    std::string titles()
    {
        std::string types;
        std::string text = metrics.text();
        for (std::size_t at = text.find("# TYPE "); at != std::string::npos;) {
            types += text.substr(at + 7, text.find('\n', at) - at - 6);
            at = text.find("# TYPE ", at + 1);
        }
        return types;
    }

    Metrics metrics;
    ServiceMetrics service{metrics, {.slow_after = 10ms}};
};

TEST_F(ServiceMetricsTest, every_metric_has_the_name_and_the_type_that_dashboards_know)
{
    EXPECT_EQ(titles(), R"(tasks_created_total counter
tasks_with_dependencies_total counter
tasks_db_save_failures_total counter
batch_update_failures_total counter
task_status_transitions_total counter
tasks_cancelled_total counter
tasks_unblocked_total counter
tasks_completed_total counter
task_duration_seconds histogram
task_wait_seconds histogram
tasks_timed_out_total counter
task_retry_total counter
task_retry_exhausted_total counter
dependency_propagations_total counter
tasks_failed_by_dependency_total counter
tasks_canceled_dead_end_total counter
tasks_blocked_by_concurrency_total counter
tasks_by_status gauge
outbox_pending gauge
running_tasks_by_kind gauge
webhook_attempts_total counter
webhook_executions_total counter
webhook_duration_seconds histogram
webhook_dead_letters_total counter
webhook_idempotent_skips_total counter
webhooks_in_flight gauge
webhook_idempotent_conflicts_total counter
db_query_duration_seconds histogram
slow_queries_total counter
store_group_size histogram
store_queue_depth gauge
store_overload_total counter
circuit_breaker_state_transitions_total counter
circuit_breaker_rejections_total counter
retention_tasks_cleaned_total counter
retention_cleanup_runs_total counter
retention_cleanup_duration_seconds histogram
api_http_requests_total counter
api_http_requests_duration_seconds histogram
)");
}

TEST_F(ServiceMetricsTest, each_event_of_tasks_moves_its_own_counter)
{
    service.tasks.created(7);
    service.tasks.created_with_parents(2);
    service.tasks.not_saved();
    service.causes.timed_out(1);
    service.causes.tried_again(1);
    service.causes.tries_used_up(1);
    service.causes.failed_by_parent(3);
    service.causes.dead_ends_canceled(4);
    service.causes.blocked_by_rule(1);
    service.tasks.counts_not_saved();

    EXPECT_EQ(shown("tasks_created_total"), "7");
    EXPECT_EQ(shown("tasks_with_dependencies_total"), "2");
    EXPECT_EQ(shown("tasks_db_save_failures_total"), "1");
    EXPECT_EQ(shown("tasks_timed_out_total"), "1");
    EXPECT_EQ(shown("task_retry_total"), "1");
    EXPECT_EQ(shown("task_retry_exhausted_total"), "1");
    EXPECT_EQ(shown("tasks_failed_by_dependency_total"), "3");
    EXPECT_EQ(shown("tasks_canceled_dead_end_total"), "4");
    EXPECT_EQ(shown("tasks_blocked_by_concurrency_total"), "1");
    EXPECT_EQ(shown("batch_update_failures_total"), "1");
}

std::string transition(std::string_view from, std::string_view to)
{
    return "task_status_transitions_total{from_status=\"" + std::string(from) + "\",to_status=\"" +
           std::string(to) + "\"}";
}

TEST_F(ServiceMetricsTest, transitions_that_may_happen_show_zero_in_the_words_of_clients)
{
    EXPECT_EQ(shown(transition("Claimed", "Running")), "0");
    EXPECT_EQ(shown(transition("Paused", "Waiting")), "0");
    EXPECT_EQ(shown(transition("Running", "Pending")), "0");
    EXPECT_EQ(shown(transition("Waiting", "Skipped")), "0");
    EXPECT_EQ(shown(transition("Failure", "Pending")), "0");
    EXPECT_EQ(shown(transition("Success", "Pending")), "");
    EXPECT_EQ(shown(transition("Pending", "Running")), "");
    EXPECT_EQ(shown(transition("Waiting", "Running")), "");
    EXPECT_EQ(shown(transition("Running", "Running")), "");
}

TEST_F(ServiceMetricsTest, every_transition_is_counted_even_one_that_nobody_thought_of)
{
    for (const TaskState from : all_task_states)
        for (const TaskState to : all_task_states)
            service.tasks.moved(from, to, 2);
    std::uint64_t series = 0;
    const std::string text = metrics.text();
    for (std::size_t at = text.find("task_status_transitions_total{"); at != std::string::npos;
         at = text.find("task_status_transitions_total{", at + 1)) {
        ++series;
        EXPECT_EQ(text.substr(text.find("} ", at), 4), "} 2\n");
    }
    EXPECT_EQ(series, all_task_states.size() * all_task_states.size());
}

TEST_F(ServiceMetricsTest, moves_tell_who_was_canceled_and_who_waits_for_nobody_any_more)
{
    service.tasks.moved(TaskState::waiting, TaskState::pending, 3);
    service.tasks.moved(TaskState::running, TaskState::pending);
    service.tasks.moved(TaskState::running, TaskState::canceled);
    service.tasks.moved(TaskState::waiting, TaskState::canceled, 2);
    EXPECT_EQ(shown("tasks_unblocked_total"), "3");
    EXPECT_EQ(shown("tasks_cancelled_total"), "3");
}

TEST_F(ServiceMetricsTest, completed_tasks_are_successes_and_failures)
{
    service.tasks.completed("build", TaskState::succeeded, 2s);
    service.tasks.completed("build", TaskState::failed, std::nullopt);
    service.tasks.completed("build", TaskState::canceled, 2s);
    service.tasks.completed("build", TaskState::skipped, 2s);

    EXPECT_EQ(shown(R"(tasks_completed_total{outcome="success",kind="build"})"), "1");
    EXPECT_EQ(shown(R"(tasks_completed_total{outcome="failure",kind="build"})"), "1");
    EXPECT_EQ(shown(R"(tasks_completed_total{outcome="canceled",kind="build"})"), "");
    EXPECT_EQ(shown(R"(task_duration_seconds_sum{kind="build",outcome="success"})"), "2");
    EXPECT_EQ(shown(R"(task_duration_seconds_count{kind="build",outcome="failure"})"), "");
}

TEST_F(ServiceMetricsTest, kinds_beyond_two_hundred_are_other_everywhere)
{
    TaskFigures figures;
    for (int i = 0; i < 250; ++i) {
        const std::string kind = std::to_string(i);
        service.tasks.completed(kind, TaskState::succeeded, 1s);
        service.tasks.started(kind, 1s);
        figures.running_by_kind.emplace_back(kind, 1);
    }
    service.figures.set(std::move(figures));
    EXPECT_EQ(shown(R"(tasks_completed_total{outcome="success",kind="199"})"), "1");
    EXPECT_EQ(shown(R"(tasks_completed_total{outcome="success",kind="other"})"), "50");
    EXPECT_EQ(shown(R"(task_duration_seconds_count{kind="other",outcome="success"})"), "50");
    EXPECT_EQ(shown(R"(task_wait_seconds_count{kind="other"})"), "50");
    EXPECT_EQ(shown(R"(running_tasks_by_kind{kind="other"})"), "50");
}

TEST_F(ServiceMetricsTest, figures_of_the_database_replace_those_before)
{
    EXPECT_EQ(shown(R"(tasks_by_status{status="success"})"), "0");
    TaskFigures figures;
    figures.by_state[static_cast<std::size_t>(TaskState::succeeded)] = 5;
    figures.by_state[static_cast<std::size_t>(TaskState::canceled)] = 6;
    figures.running_by_kind = {{"build", 3}};
    figures.deliveries_pending = 9;
    service.figures.set(figures);
    EXPECT_EQ(shown(R"(tasks_by_status{status="success"})"), "5");
    EXPECT_EQ(shown(R"(tasks_by_status{status="canceled"})"), "6");
    EXPECT_EQ(shown(R"(running_tasks_by_kind{kind="build"})"), "3");
    EXPECT_EQ(shown("outbox_pending"), "9");

    service.figures.set({});
    EXPECT_EQ(shown(R"(tasks_by_status{status="success"})"), "0");
    EXPECT_EQ(shown(R"(running_tasks_by_kind{kind="build"})"), "0");
    EXPECT_EQ(shown("outbox_pending"), "0");
}

TEST_F(ServiceMetricsTest, parents_are_counted_by_how_they_ended)
{
    service.causes.parents_ended(TaskState::succeeded, 3);
    EXPECT_EQ(shown(R"(dependency_propagations_total{parent_outcome="success"})"), "3");
    EXPECT_EQ(shown(R"(dependency_propagations_total{parent_outcome="failure"})"), "0");
    EXPECT_EQ(shown(R"(dependency_propagations_total{parent_outcome="pending"})"), "");
}

TEST_F(ServiceMetricsTest, both_ends_of_a_task_are_one_trigger)
{
    using End = WebhookMetrics::End;
    service.webhooks.tried(Trigger::success, End::success, 20ms);
    service.webhooks.tried(Trigger::failure, End::success, 20ms);
    service.webhooks.tried(Trigger::start, End::failure, 20ms);
    service.webhooks.ended(Trigger::cancel, End::failure);
    service.webhooks.died(Trigger::cancel);
    service.webhooks.not_repeated(Trigger::success);
    service.webhooks.conflicted();

    EXPECT_EQ(shown(R"(webhook_attempts_total{trigger="end",outcome="success"})"), "2");
    EXPECT_EQ(shown(R"(webhook_attempts_total{trigger="start",outcome="failure"})"), "1");
    EXPECT_EQ(shown(R"(webhook_attempts_total{trigger="start",outcome="success"})"), "0");
    EXPECT_EQ(shown(R"(webhook_executions_total{trigger="cancel",outcome="failure"})"), "1");
    EXPECT_EQ(shown(R"(webhook_dead_letters_total{trigger="cancel"})"), "1");
    EXPECT_EQ(shown(R"(webhook_idempotent_skips_total{trigger="end"})"), "1");
    EXPECT_EQ(shown("webhook_idempotent_conflicts_total"), "1");
    EXPECT_EQ(shown(R"(webhook_duration_seconds_sum{trigger="end"})"), "0.04");
}

TEST_F(ServiceMetricsTest, a_webhook_is_in_flight_for_as_long_as_its_try_lives)
{
    {
        const WebhookMetrics::UnderWay start(service.webhooks, Trigger::start);
        const WebhookMetrics::UnderWay end(service.webhooks, Trigger::success);
        const WebhookMetrics::UnderWay cancel(service.webhooks, Trigger::cancel);
        EXPECT_EQ(shown(R"(webhooks_in_flight{phase="start"})"), "1");
        EXPECT_EQ(shown(R"(webhooks_in_flight{phase="delivery"})"), "2");
    }
    EXPECT_EQ(shown(R"(webhooks_in_flight{phase="start"})"), "0");
    EXPECT_EQ(shown(R"(webhooks_in_flight{phase="delivery"})"), "0");
}

TEST_F(ServiceMetricsTest, a_statement_is_slow_beyond_the_threshold)
{
    service.store.statement_ran("claim", 10ms);
    EXPECT_EQ(shown(R"(slow_queries_total{query="claim"})"), "");
    service.store.statement_ran("claim", 10ms + 1us);
    EXPECT_EQ(shown(R"(slow_queries_total{query="claim"})"), "1");
    EXPECT_EQ(shown(R"(db_query_duration_seconds_count{query="claim"})"), "2");
}

TEST_F(ServiceMetricsTest, the_store_tells_how_much_it_writes_and_how_it_is_protected)
{
    service.store.group_written(7);
    service.store.queue_is(3);
    service.store.overloaded();
    service.store.breaker_became(StoreMetrics::Breaker::half_open);
    service.store.breaker_refused();
    service.retention.passed(RetentionMetrics::End::success, 12, 100ms);

    EXPECT_EQ(shown(R"(store_group_size_bucket{le="5"})"), "0");
    EXPECT_EQ(shown(R"(store_group_size_bucket{le="10"})"), "1");
    EXPECT_EQ(shown("store_queue_depth"), "3");
    EXPECT_EQ(shown("store_overload_total"), "1");
    EXPECT_EQ(shown(R"(circuit_breaker_state_transitions_total{to_state="half_open"})"), "1");
    EXPECT_EQ(shown(R"(circuit_breaker_state_transitions_total{to_state="open"})"), "0");
    EXPECT_EQ(shown("circuit_breaker_rejections_total"), "1");
    EXPECT_EQ(shown("retention_tasks_cleaned_total"), "12");
    EXPECT_EQ(shown(R"(retention_cleanup_runs_total{outcome="success"})"), "1");
    EXPECT_EQ(shown(R"(retention_cleanup_runs_total{outcome="failure"})"), "0");
    EXPECT_EQ(shown("retention_cleanup_duration_seconds_sum"), "0.1");
}

TEST_F(ServiceMetricsTest, requests_are_counted_by_the_pattern_of_their_route_and_never_by_path)
{
    service.requests.answered({"/task/{id}", "GET", 200, 3ms});
    service.requests.answered({"", "GET", 404, 1ms});
    EXPECT_EQ(
        shown(R"(api_http_requests_total{endpoint="/task/{id}",method="GET",status="200"})"), "1"
    );
    EXPECT_EQ(
        shown(R"(api_http_requests_total{endpoint="unknown",method="GET",status="404"})"), "1"
    );
    EXPECT_EQ(
        shown("api_http_requests_duration_seconds_sum"
              R"({endpoint="/task/{id}",method="GET",status="200"})"),
        "0.003"
    );
}

} // namespace
} // namespace sluice::service_metrics_test
