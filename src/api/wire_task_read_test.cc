// SPDX-License-Identifier: Apache-2.0
#include "api/wire_task_read.h"

#include "api/task_errors.h"
#include "base/text.h"
#include "base/uid.h"

#include <gtest/gtest.h>

namespace sluice::wire_task_read_test {

namespace {

using Texts = std::vector<std::string>;

Json json(std::string_view text)
{
    return parse_json(text).value();
}

template <class T>
Texts problems(const Checked<T>& read)
{
    Texts texts;
    if (!read)
        for (const Problem& problem : read.error())
            texts.push_back(format_problem(problem));
    return texts;
}

std::string update_problem(std::string_view body)
{
    const Texts texts = problems(read_task_update(json(body)));
    EXPECT_EQ(texts.size(), 1u) << body;
    return texts.empty() ? "" : texts.front();
}

TEST(TaskUpdate, nothing_is_a_heartbeat)
{
    for (const char* body : {"{}", R"({"status": null, "metadata": null})", R"({"colour": 1})"}) {
        const UpdateTask update = read_task_update(json(body)).value();
        EXPECT_FALSE(update.is_report() || update.is_edit()) << body;
        EXPECT_EQ(update.attempt, 0);
    }
}

TEST(TaskUpdate, null_is_what_old_clients_send_for_what_they_do_not_say)
{
    const UpdateTask update = read_task_update(json(R"({"metadata": null, "priority": null,
        "expected_count": null, "scheduled_at": null, "new_success": 1})"))
                                  .value();
    EXPECT_FALSE(update.is_edit());
    EXPECT_EQ(update.success, 1);
}

TEST(TaskUpdate, everything_that_is_said_is_read)
{
    const UpdateTask update = read_task_update(json(R"({
        "scheduled_at": "2026-01-31T14:00:00+02:00", "status": "Failure", "metadata": {"b": 1},
        "new_success": 3, "new_failures": 0, "failure_reason": "no", "expected_count": 9,
        "priority": -1000, "attempt": 2})"))
                                  .value();
    EXPECT_EQ(format_time(update.scheduled_at.value()), "2026-01-31T12:00:00.000000Z");
    EXPECT_EQ(update.end, TaskState::failed);
    EXPECT_EQ(update.metadata, R"({"b":1})");
    EXPECT_EQ(update.success, 3);
    EXPECT_EQ(update.failures, 0);
    EXPECT_EQ(update.failure_reason, "no");
    EXPECT_EQ(update.expected_count, 9);
    EXPECT_EQ(update.priority, -1000);
    EXPECT_EQ(update.attempt, 2);
}

TEST(TaskUpdate, only_success_and_failure_can_be_reported)
{
    EXPECT_EQ(read_task_update(json(R"({"status": "Success"})")).value().end, TaskState::succeeded);
    for (const char* word :
         {"Waiting", "Pending", "Claimed", "Running", "Skipped", "Paused", "Canceled", "success"})
        EXPECT_EQ(
            update_problem(R"({"status": ")" + std::string(word) + "\"}"),
            "status: must be one of Success, Failure, not the text '" + std::string(word) + "'"
        );
}

TEST(TaskUpdate, a_failure_needs_a_reason)
{
    const std::string wanted = "failure_reason: is required with the status Failure";
    EXPECT_EQ(update_problem(R"({"status": "Failure"})"), wanted);
    EXPECT_EQ(update_problem(R"({"status": "Failure", "failure_reason": " "})"), wanted);
    EXPECT_TRUE(read_task_update(json(R"({"status": "Success", "failure_reason": "odd"})")));
}

TEST(TaskUpdate, all_wrong_types_come_at_once_with_their_fields)
{
    const Texts texts = problems(read_task_update(json(R"({
        "scheduled_at": "tomorrow", "status": 1, "new_success": -1, "new_failures": "1",
        "failure_reason": 1, "expected_count": -1, "priority": 1001, "attempt": 0})")));
    ASSERT_EQ(texts.size(), 8u);
    for (const char* field :
         {"scheduled_at", "status", "new_success", "new_failures", "failure_reason",
          "expected_count", "priority", "attempt"})
        EXPECT_TRUE(std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
            return text.starts_with(std::string(field) + ": ");
        })) << field;
    EXPECT_EQ(update_problem("[]"), "must be an object, not a list");
}

TEST(TaskUpdate, metadata_has_a_limit)
{
    Json body = Json::object();
    body["metadata"] = std::string(65'534, 'x');
    EXPECT_TRUE(read_task_update(body)) << "and two quotes";
    body["metadata"] = std::string(65'535, 'x');
    EXPECT_EQ(
        problems(read_task_update(body)),
        Texts{"metadata: has 65537 bytes, at most 65536 are accepted"}
    );
}

TEST(TaskUpdate, a_long_reason_is_cut_between_characters)
{
    Json body = Json::object();
    body["failure_reason"] = std::string(65'536, 'x');
    EXPECT_EQ(read_task_update(body).value().failure_reason->size(), 65'536u);
    for (std::size_t shift = 0; shift < 4; ++shift) {
        std::string reason(shift, 'x');
        while (reason.size() <= 65'536)
            reason += "😀"; // four bytes
        body["failure_reason"] = reason;
        const std::string cut = read_task_update(body).value().failure_reason.value();
        EXPECT_LE(cut.size(), 65'536u);
        EXPECT_GT(cut.size(), 65'500u);
        EXPECT_TRUE(is_utf8(cut)) << shift;
        EXPECT_TRUE(cut.ends_with("… (cut)"));
    }
}

TEST(TaskCounts, one_of_them_is_above_zero)
{
    EXPECT_EQ(read_counts(json(R"({"new_success": 2})")).value().success, 2);
    EXPECT_EQ(read_counts(json(R"({"new_success": 0, "new_failures": 1})")).value().failures, 1);
    for (const char* body : {"{}", R"({"new_success": 0})", R"({"new_failures": null})"})
        EXPECT_EQ(
            problems(read_counts(json(body))),
            Texts{"new_success: this or new_failures must be above zero"}
        ) << body;
    EXPECT_EQ(
        problems(read_counts(json(R"({"new_success": -1, "new_failures": 1.5})"))).size(), 2u
    );
}

TEST(RedeliverFilter, selects_by_task_batch_and_trigger)
{
    const RedeliverFilter all = read_redeliver_filter(json("{}")).value();
    EXPECT_FALSE(all.task || all.batch || all.trigger);
    const RedeliverFilter some =
        read_redeliver_filter(json(R"({"task_id": "01890A5D-ac96-774b-bcce-b302099a8057",
                                       "trigger": "on_cancel"})"))
            .value();
    EXPECT_EQ(some.task, "01890a5d-ac96-774b-bcce-b302099a8057");
    EXPECT_EQ(some.trigger, Trigger::cancel);
    EXPECT_EQ(
        problems(read_redeliver_filter(json(R"({"batch_id": "x", "trigger": "End"})"))).size(), 2u
    );
}

TEST(TaskErrors, are_typed)
{
    const Response missing = typed_error({Errc::not_found, "there is no task 'x'"});
    EXPECT_EQ(missing.status, 404);
    EXPECT_EQ(missing.body, R"({"error":"Not found: there is no task 'x'","status":404})");
    EXPECT_EQ(typed_error({Errc::conflict, "x"}).status, 409);
    EXPECT_EQ(refused_action({Errc::conflict, "x"}).status, 400);
    EXPECT_EQ(refused_action({Errc::not_found, "x"}).status, 404);
    for (const Errc code : {Errc::unavailable, Errc::timed_out, Errc::overloaded}) {
        const Response busy = typed_error({code, "x"});
        EXPECT_EQ(busy.status, 503);
        EXPECT_TRUE(busy.headers.find("Retry-After"));
    }
}

TEST(TaskErrors, a_refused_batch_has_an_id_that_belongs_to_nothing)
{
    const std::vector<Problem> problems{{"tasks[0].name", "is required"}};
    const Response response = refused_batch(Refusal(problems));
    EXPECT_EQ(response.status, 400);
    const Json body = json(response.body);
    EXPECT_EQ(body["details"], Json::array({"tasks[0].name: is required"}));
    const std::optional<Uid> id = parse_uid(body["batch_id"].get<std::string>());
    ASSERT_TRUE(id) << body;
    EXPECT_FALSE(key_of(UidKind::run, *id, 0));
    EXPECT_NE(unused_batch_id(), unused_batch_id());
    EXPECT_EQ(refused_batch(Refusal(Error{Errc::conflict, "x"})).status, 409);
}

} // namespace

} // namespace sluice::wire_task_read_test
