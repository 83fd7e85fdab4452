// SPDX-License-Identifier: Apache-2.0
#include "model/task/task_payload.h"

#include <gtest/gtest.h>

namespace sluice::task_payload_test {
namespace {

Json action(int number)
{
    Json params = Json::object();
    params["url"] = "https://example.com/" + std::to_string(number);
    params["verb"] = "Post";
    Json document = Json::object();
    document["params"] = std::move(params);
    document["kind"] = "Webhook"; // in the order in which it was sent
    return document;
}

Json task(std::string id, int start)
{
    Json document = Json::object();
    document["id"] = std::move(id);
    document["name"] = "n";
    document["kind"] = start == 1 ? "build" : "audit";
    document["on_start"] = action(start);
    return document;
}

struct Written {
    Json body;
    std::vector<std::string> payloads;
    Json spec;
};

Written write(Json body)
{
    Written written;
    written.body = std::move(body);
    const auto tasks = read_task_requests(written.body, {}).value();
    const PayloadWriter writer(tasks);
    for (const TaskRequest& request : tasks)
        written.payloads.push_back(writer.payload_of(request));
    written.spec = writer.spec();
    return written;
}

TEST(TaskPayload, names_no_kinds_where_a_task_may_exist_already)
{
    EXPECT_EQ(write(Json::array({task("a", 1), task("b", 2)})).spec["kinds"].size(), 2u);
    Json deduplicated = task("b", 2);
    const Json matcher{{"status", "Pending"}, {"kind", "audit"}, {"fields", Json::array()}};
    deduplicated["dedupe_strategy"] = Json::array({matcher});
    EXPECT_FALSE(write(Json::array({task("a", 1), deduplicated})).spec.contains("kinds"));
}

TEST(TaskPayload, gives_back_the_documents_as_they_were_sent)
{
    Json one = task("a", 1);
    one["on_success"] = Json::array({action(2), action(3)});
    one["on_cancel"] = Json::array({action(4)});
    one["retry"] = Json{{"max_retries", 3}};
    const Written written = write(Json::array({one}));
    const TaskPayload payload = TaskPayload::read(written.payloads[0], written.spec).value();

    EXPECT_EQ(dump_json(*payload.action(Trigger::start, 0)), dump_json(action(1)));
    EXPECT_EQ(dump_json(*payload.action(Trigger::success, 1)), dump_json(action(3)));
    EXPECT_EQ(payload.action(Trigger::success, 2), nullptr);
    EXPECT_TRUE(payload.actions(Trigger::failure).empty());
    EXPECT_EQ(payload.actions(Trigger::cancel).size(), 1u);
    EXPECT_EQ(payload.retry(), one["retry"]);
}

TEST(TaskPayload, stores_an_action_once_that_occurs_more_than_once)
{
    Json one = task("a", 1);
    one["on_success"] = Json::array({action(1), action(2)});
    const Written written = write(Json::array({one, task("b", 1), task("c", 3)}));

    EXPECT_EQ(written.spec["actions"], Json::array({action(1)}));
    EXPECT_EQ(written.payloads[1], R"({"on_start":0})");
    for (std::size_t i = 0; i < 3; ++i) {
        const TaskPayload payload = TaskPayload::read(written.payloads[i], written.spec).value();
        EXPECT_EQ(*payload.action(Trigger::start, 0), action(i == 2 ? 3 : 1));
    }
}

TEST(TaskPayload, keeps_the_kinds_of_a_batch_sorted)
{
    const Written written = write(Json::array({task("a", 1), task("b", 2), task("c", 1)}));

    EXPECT_EQ(written.spec["kinds"], (Json{"audit", "build"}));
    EXPECT_FALSE(write(Json::array({task("a", 1)})).spec.contains("actions"));
}

TEST(TaskPayload, that_cannot_be_read_is_corrupt)
{
    for (const char* text : {"", "[1]", "{", "null"})
        EXPECT_EQ(TaskPayload::read(text, nullptr).error().code, Errc::corrupt) << text;
    EXPECT_EQ(
        TaskPayload::read(R"({"on_start":7})", nullptr).value().action(Trigger::start, 0), nullptr
    );
}

} // namespace
} // namespace sluice::task_payload_test
