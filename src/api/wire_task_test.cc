// SPDX-License-Identifier: Apache-2.0
#include "api/wire_task.h"

#include "api/trigger_words.h"
#include "api/wire_batch.h"
#include "api/wire_delivery.h"
#include "model/task/task_words.h"

#include <gtest/gtest.h>

#include <set>

namespace sluice::wire_task_test {

namespace {

constexpr Time born = from_micros(1'769'860'800'000'000); // 2026-01-31T12:00:00Z

std::string spell(UidKind kind, Time created_at, std::int64_t key)
{
    return format_uid(make_uid(kind, created_at, key, 42));
}

Time later(int seconds)
{
    return born + std::chrono::seconds(seconds);
}

TaskView pending_task()
{
    TaskView view;
    view.run_created_at = born;
    view.card.task = TaskId{7};
    view.card.run = RunId{3};
    view.card.name = "Build";
    view.card.kind = "build";
    view.task.row.nprio = -5;
    view.task.row.timeout = std::chrono::seconds(60);
    view.task.row.payload = R"({"on_start": {"kind": "Webhook", "params": {"url": "http://h/"}}})";
    view.task.state = TaskState::pending;
    view.task.place.emplace();
    return view;
}

TaskView leased_task(std::optional<Time> started_at)
{
    TaskView view = pending_task();
    view.task.place.reset();
    view.task.state = started_at ? TaskState::running : TaskState::claimed;
    LeaseRow lease;
    lease.place.attempt = 2;
    lease.claimed_at = later(1);
    lease.started_at = started_at;
    view.task.lease = lease;
    return view;
}

TaskView ended_task(TaskState outcome, std::string error)
{
    TaskView view = pending_task();
    view.task.place.reset();
    view.task.state = outcome;
    DoneRow done;
    done.outcome = outcome;
    done.attempt = 3;
    done.finished_at = later(9);
    done.error = std::move(error);
    view.task.done = done;
    return view;
}

ProgressRow progress(std::string reason)
{
    ProgressRow row;
    row.updated_at = later(5);
    row.success = 2;
    row.failures = 1;
    row.failure_reason = std::move(reason);
    return row;
}

Json full(const TaskView& view, const Json& spec = nullptr)
{
    return task_json(view, spec, spell).value();
}

std::vector<std::string> keys_of(const Json& object)
{
    std::vector<std::string> keys;
    for (const auto& [key, value] : object.items())
        keys.push_back(key);
    return keys;
}

TEST(WireTask, a_light_task_has_these_members_in_this_order)
{
    EXPECT_EQ(
        keys_of(light_task_json(pending_task(), spell)),
        (std::vector<std::string>{
            "id", "name", "kind", "status", "created_at", "started_at", "success", "failures",
            "expected_count", "ended_at", "batch_id", "dead_end_barrier", "priority", "group_id",
            "attempt", "scheduled_at"})
    );
}

TEST(WireTask, a_full_task_has_these_besides)
{
    const std::vector<std::string> keys = keys_of(full(pending_task()));
    ASSERT_GT(keys.size(), 16u);
    EXPECT_EQ(
        std::vector<std::string>(keys.begin() + 16, keys.end()),
        (std::vector<std::string>{
            "timeout", "rules", "metadata", "actions", "last_updated", "failure_reason", "retry",
            "max_attempts", "next_retry_at", "requester", "deleted_at", "preemptible", "preempts"})
    );
}

TEST(WireTask, what_is_not_known_is_null_and_what_is_not_said_has_its_default)
{
    const Json task = full(pending_task());
    for (const char* key :
         {"started_at", "expected_count", "ended_at", "group_id", "scheduled_at", "metadata",
          "failure_reason", "retry", "next_retry_at", "requester", "deleted_at"})
        EXPECT_TRUE(task[key].is_null()) << key << task[key];
    EXPECT_EQ(task["success"], 0);
    EXPECT_EQ(task["failures"], 0);
    EXPECT_EQ(task["attempt"], 0);
    EXPECT_EQ(task["max_attempts"], 1);
    EXPECT_EQ(task["rules"], Json::array());
    for (const char* key : {"dead_end_barrier", "preemptible", "preempts"})
        EXPECT_EQ(task[key], false) << key;
}

TEST(WireTask, what_is_known_is_said)
{
    TaskView view = pending_task();
    view.card.flags = CardRow::dead_end_barrier | CardRow::preempts;
    view.card.expected_count = 10;
    view.card.scheduled_at = later(60);
    view.card.group = "nightly";
    view.card.requester = "me";
    view.card.metadata = R"({"b":1,"a":[2]})";
    view.card.deleted_at = later(7);
    view.progress = progress("slow");

    const Json task = full(view);

    EXPECT_EQ(task["id"], spell(UidKind::task, born, 7));
    EXPECT_EQ(task["batch_id"], spell(UidKind::run, born, 3));
    EXPECT_EQ(task["created_at"], "2026-01-31T12:00:00.000000Z");
    EXPECT_EQ(task["priority"], 5);
    EXPECT_EQ(task["timeout"], 60);
    EXPECT_EQ(task["dead_end_barrier"], true);
    EXPECT_EQ(task["preemptible"], false);
    EXPECT_EQ(task["preempts"], true);
    EXPECT_EQ(task["expected_count"], 10);
    EXPECT_EQ(task["scheduled_at"], "2026-01-31T12:01:00.000000Z");
    EXPECT_EQ(task["group_id"], "nightly");
    EXPECT_EQ(task["requester"], "me");
    EXPECT_EQ(task["metadata"].dump(), R"({"b":1,"a":[2]})");
    EXPECT_EQ(task["deleted_at"], "2026-01-31T12:00:07.000000Z");
    EXPECT_EQ(task["success"], 2);
    EXPECT_EQ(task["failures"], 1);
}

TEST(WireTask, every_state_has_its_word)
{
    const std::vector<std::pair<TaskState, std::string>> words{
        {TaskState::waiting, "Waiting"}, {TaskState::pending, "Pending"},
        {TaskState::claimed, "Claimed"}, {TaskState::running, "Running"},
        {TaskState::paused, "Paused"},   {TaskState::succeeded, "Success"},
        {TaskState::failed, "Failure"},  {TaskState::canceled, "Canceled"},
        {TaskState::skipped, "Skipped"}};
    ASSERT_EQ(words.size(), all_task_states.size());
    for (const auto& [state, word] : words) {
        TaskView view = pending_task();
        view.task.state = state;
        EXPECT_EQ(light_task_json(view, spell)["status"], word);
    }
}

TEST(WireTask, a_task_has_started_once_its_target_has_accepted)
{
    EXPECT_TRUE(full(leased_task(std::nullopt))["started_at"].is_null());
    const Json running = full(leased_task(later(2)));
    EXPECT_EQ(running["started_at"], format_time(later(2)));
    EXPECT_EQ(running["attempt"], 2);
    EXPECT_TRUE(full(ended_task(TaskState::failed, "no"))["started_at"].is_null());
}

TEST(WireTask, last_updated_is_the_latest_of_everything)
{
    EXPECT_EQ(full(pending_task())["last_updated"], format_time(born));
    EXPECT_EQ(full(leased_task(std::nullopt))["last_updated"], format_time(later(1)));
    TaskView view = leased_task(later(2));
    EXPECT_EQ(full(view)["last_updated"], format_time(later(2)));
    view.progress = progress("");
    EXPECT_EQ(full(view)["last_updated"], format_time(later(5)));
    view = ended_task(TaskState::succeeded, "");
    view.progress = progress("");
    EXPECT_EQ(full(view)["last_updated"], format_time(later(9)));
    EXPECT_EQ(full(view)["ended_at"], format_time(later(9)));
}

TEST(WireTask, the_reason_of_the_end_is_told_before_what_the_target_said)
{
    TaskView view = ended_task(TaskState::failed, "Timeout");
    view.progress = progress("slow");
    EXPECT_EQ(full(view)["failure_reason"], "Timeout");
    view.task.done->error.clear();
    EXPECT_EQ(full(view)["failure_reason"], "slow");
    view.progress.reset();
    EXPECT_TRUE(full(view)["failure_reason"].is_null());
}

TEST(WireTask, the_next_try_is_known_while_a_failed_task_is_pending)
{
    TaskView view = pending_task();
    view.task.place->run_at = later(30);
    EXPECT_TRUE(full(view)["next_retry_at"].is_null()) << "it is only scheduled";
    view.task.place->tries = 1;
    EXPECT_EQ(full(view)["next_retry_at"], format_time(later(30)));
    view.task.state = TaskState::paused;
    EXPECT_TRUE(full(view)["next_retry_at"].is_null());
}

TEST(WireTask, attempts_that_used_up_no_try_come_on_top)
{
    Retry retry;
    retry.tries_max = 2;
    const auto max_attempts = [&retry](TaskView view) {
        view.task.row.retry = format_retry(retry);
        return full(view)["max_attempts"].get<int>();
    };
    TaskView pending = pending_task();
    EXPECT_EQ(max_attempts(pending), 2);
    pending.task.place->attempt = 1;
    pending.task.place->tries = 1;
    EXPECT_EQ(max_attempts(pending), 2) << "the first was a try";
    pending.task.place->attempt = 3;
    EXPECT_EQ(max_attempts(pending), 4);

    TaskView running = leased_task(later(2));
    EXPECT_EQ(max_attempts(running), 3);
    running.task.lease->place.tries = 1;
    EXPECT_EQ(max_attempts(running), 2);

    TaskView failed = ended_task(TaskState::failed, "oh");
    failed.task.done->claimed_at = later(1);
    failed.task.done->tries = 2;
    EXPECT_EQ(max_attempts(failed), 3) << "its last attempt was a try";
    TaskView succeeded = ended_task(TaskState::succeeded, "");
    succeeded.task.done->claimed_at = later(1);
    succeeded.task.done->tries = 1;
    EXPECT_EQ(max_attempts(succeeded), 3);
}

TEST(WireTask, documents_come_back_as_they_were_sent)
{
    TaskView view = pending_task();
    Retry retry;
    retry.tries_max = 4;
    view.task.row.retry = format_retry(retry);
    view.task.row.payload = R"({"on_start": 0, "on_success": [1, 0], "on_failure": [0],
        "on_cancel": [0], "retry": {"max_retries": 3, "extra": 0}})";
    view.card.rules = R"([{"z": 1, "a": 2}])";
    const Json spec = parse_json(R"({"actions": [
        {"kind": "Webhook", "params": {"verb": "Post", "url": "http://h/"}},
        {"params": {"x": 1}, "kind": "Webhook", "timeout": 5}]})")
                          .value();

    const Json task = full(view, spec);

    EXPECT_EQ(task["rules"].dump(), R"([{"z":1,"a":2}])");
    EXPECT_EQ(task["retry"].dump(), R"({"max_retries":3,"extra":0})");
    EXPECT_EQ(task["max_attempts"], 4);
    const Json& actions = task["actions"];
    ASSERT_EQ(actions.size(), 5u);
    EXPECT_EQ(actions[0]["trigger"], "Start");
    EXPECT_TRUE(actions[0]["condition"].is_null());
    EXPECT_EQ(actions[0]["params"].dump(), R"({"verb":"Post","url":"http://h/"})");
    EXPECT_EQ(
        keys_of(actions[0]),
        (std::vector<std::string>{"id", "kind", "trigger", "condition", "params"})
    );
    EXPECT_EQ(actions[1]["trigger"], "End");
    EXPECT_EQ(actions[1]["condition"], "success");
    EXPECT_EQ(actions[1]["timeout"], 5);
    EXPECT_EQ(actions[3]["condition"], "failure");
    EXPECT_EQ(actions[4]["trigger"], "Cancel");
    EXPECT_TRUE(actions[4]["condition"].is_null());
}

TEST(WireTask, each_action_has_an_id_of_its_own_that_stays)
{
    TaskView view = pending_task();
    view.task.row.payload = R"({"on_start": {"kind": "Webhook"}, "on_cancel": [{}, {}]})";
    view.progress = progress("");
    view.progress->cancel_actions =
        R"([{"kind": "Webhook", "params": {"url": "http://late/"}}, {}])";

    const Json actions = full(view)["actions"];

    ASSERT_EQ(actions.size(), 5u);
    EXPECT_EQ(actions[3]["trigger"], "Cancel");
    EXPECT_EQ(actions[3]["params"]["url"], "http://late/");
    const std::string task = spell(UidKind::task, born, 7);
    EXPECT_EQ(actions[3]["id"], action_id(task, Trigger::cancel, 2));
    std::set<std::string> ids;
    for (const Json& action : actions) {
        ids.insert(action["id"]);
        EXPECT_TRUE(parse_uid(action["id"].get<std::string>())) << action;
    }
    EXPECT_EQ(ids.size(), 5u);
    EXPECT_EQ(full(view)["actions"], actions);
}

TEST(WireTask, what_is_stored_and_cannot_be_read_is_an_error)
{
    TaskView view = pending_task();
    view.card.metadata = "{";
    EXPECT_EQ(task_json(view, nullptr, spell).error().code, Errc::corrupt);
    view = pending_task();
    view.task.row.payload = "[";
    EXPECT_EQ(task_json(view, nullptr, spell).error().code, Errc::corrupt);
    view = pending_task();
    view.progress = progress("");
    view.progress->cancel_actions = "x";
    EXPECT_EQ(task_json(view, nullptr, spell).error().code, Errc::corrupt);
    view.spec = "{";
    EXPECT_EQ(read_spec(view).error().code, Errc::corrupt);
}

TEST(WireTask, a_new_task_is_pending_or_waiting_whatever_has_begun)
{
    TaskView first = leased_task(later(2));
    first.spec = R"({"actions": [{"kind": "Webhook", "params": {"url": "http://shared/"}}]})";
    first.task.row.payload = R"({"on_start": 0})";
    first.progress = progress("slow");
    TaskView second = pending_task();
    second.task.row.payload = first.task.row.payload;
    second.task.state = TaskState::waiting;

    const std::vector<TaskView> views{first, second, ended_task(TaskState::succeeded, "")};
    const Json tasks = parse_json(created_tasks_text(views, spell).value()).value();

    ASSERT_EQ(tasks.size(), 3u);
    EXPECT_EQ(tasks[0]["status"], "Pending");
    EXPECT_EQ(tasks[1]["status"], "Waiting");
    EXPECT_EQ(tasks[2]["status"], "Pending");
    EXPECT_EQ(tasks[1]["actions"][0]["params"]["url"], "http://shared/");
    for (const Json& task : tasks) {
        EXPECT_TRUE(task["started_at"].is_null() && task["ended_at"].is_null()) << task;
        EXPECT_EQ(task["success"], 0);
        EXPECT_EQ(task["attempt"], 0);
        EXPECT_EQ(task["last_updated"], task["created_at"]);
    }
    EXPECT_EQ(created_tasks_text({}, spell).value(), "[]");
}

TEST(WireBatch, counts_have_one_key_for_each_status)
{
    BatchView batch;
    batch.run.id = RunId{3};
    batch.run.created_at = born;
    batch.updated_at = later(9);
    batch.kinds = {"build", "test"};
    batch.success = 7;
    for (const TaskState state : all_task_states)
        batch.counts[static_cast<std::size_t>(state)] = static_cast<std::int64_t>(state) + 1;

    const Json json = batch_json(batch, spell);

    EXPECT_EQ(
        json.dump(), R"({"batch_id":")" + spell(UidKind::run, born, 3) +
                         R"(","total_tasks":45,"total_success":7,"total_failures":0,)"
                         R"("total_expected":null,"status_counts":{"waiting":1,"pending":2,)"
                         R"("claimed":3,"running":4,"success":6,"failure":7,"skipped":9,)"
                         R"("paused":5,"canceled":8}})"
    );
    batch.expected = 0;
    EXPECT_EQ(batch_json(batch, spell)["total_expected"], 0);
    const Json listed = listed_batch_json(batch, spell);
    EXPECT_EQ(
        keys_of(listed), (std::vector<std::string>{
                             "batch_id", "total_tasks", "first_created_at", "latest_updated_at",
                             "status_counts", "kinds"})
    );
    EXPECT_EQ(listed["first_created_at"], format_time(born));
    EXPECT_EQ(listed["latest_updated_at"], format_time(later(9)));
    EXPECT_EQ(listed["kinds"], Json::array({"build", "test"}));
}

TEST(WireBatch, actions_say_what_they_changed)
{
    Affected affected;
    affected.waiting = 1;
    affected.pending = 2;
    affected.claimed = 3;
    affected.running = 4;
    affected.paused = 5;
    affected.final = 6;
    EXPECT_EQ(
        canceled_json(Json{{"batch_id", "b"}}, affected).dump(),
        R"({"batch_id":"b","canceled_waiting":1,"canceled_pending":2,"canceled_claimed":3,)"
        R"("canceled_running":4,"canceled_paused":5,"already_terminal":6})"
    );
    EXPECT_EQ(
        paused_json(Json{{"batch_id", "b"}}, affected).dump(),
        R"({"batch_id":"b","paused_waiting":1,"paused_pending":2,"paused_claimed":3,)"
        R"("paused_running":4})"
    );
    EXPECT_EQ(
        resumed_json(Json{{"batch_id", "b"}}, affected).dump(), R"({"batch_id":"b","resumed":5})"
    );
}

TEST(WireBatch, a_dag_names_tasks_as_lists_do)
{
    const auto list = [](const std::string& text) { return parse_json("[" + text + "]").value(); };
    TaskView child = pending_task();
    child.card.task = TaskId{8};
    std::string tasks;
    add_tasks(tasks, {}, spell);
    add_tasks(tasks, {pending_task()}, spell);
    add_tasks(tasks, {child}, spell);
    EXPECT_EQ(list(tasks)[0], light_task_json(pending_task(), spell));
    EXPECT_EQ(list(tasks)[1], light_task_json(child, spell));
    std::string links;
    for (const auto& [condition, word] : link_condition_names.entries) {
        add_links(links, {{TaskId{7}, TaskId{8}, condition, Unmet::fail}}, born, spell);
        const Json link = list(links).back();
        EXPECT_EQ(link["parent_id"], list(tasks)[0]["id"]);
        EXPECT_EQ(link["child_id"], list(tasks)[1]["id"]);
        EXPECT_EQ(link["condition"], word);
        EXPECT_EQ(link["requires_success"], condition == LinkCondition::on_success);
    }
}

TEST(WireDelivery, a_delivery_tells_where_it_stands)
{
    ServiceReads::DeliveryView view;
    view.run_created_at = born;
    view.row.id = DeliveryId{5};
    view.row.task = TaskId{7};
    view.row.run = RunId{3};
    view.row.attempt = 2;
    view.row.trigger = Trigger::failure;
    view.row.position = 1;
    view.row.created_at = later(1);

    Json json = delivery_json(view, spell);

    const std::string task = spell(UidKind::task, born, 7);
    EXPECT_EQ(json["id"], spell(UidKind::delivery, born, 5));
    EXPECT_EQ(json["task_id"], task);
    EXPECT_EQ(json["batch_id"], spell(UidKind::run, born, 3));
    EXPECT_EQ(json["trigger"], "End");
    EXPECT_EQ(json["condition"], "failure");
    EXPECT_EQ(json["status"], "waiting");
    EXPECT_EQ(json["updated_at"], format_time(later(1))) << "it was never tried";
    EXPECT_EQ(json["idempotency_key"], task + ":2:end:failure:1");
    for (const char* key : {"next_try_at", "answered_status", "reason", "answer"})
        EXPECT_TRUE(json[key].is_null()) << key;

    view.row.status = DeliveryStatus::dead;
    view.row.key = "asked:when:0:0";
    view.row.answered = 500;
    view.row.answer = "oh\xff";
    view.due = later(3);
    json = delivery_json(view, spell);
    EXPECT_EQ(json["status"], "dead");
    EXPECT_EQ(json["idempotency_key"], "asked:when:0:0");
    EXPECT_EQ(json["answered_status"], 500);
    EXPECT_EQ(json["next_try_at"], format_time(later(3)));
    EXPECT_EQ(parse_json(dump_json(json)).value()["answer"], "oh\xef\xbf\xbd");
}

TEST(TriggerWords, are_the_members_of_a_task)
{
    for (const auto& [trigger, word] : trigger_words.entries)
        EXPECT_EQ(word, member_name(trigger));
}

} // namespace

} // namespace sluice::wire_task_test
