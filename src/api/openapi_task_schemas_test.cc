// SPDX-License-Identifier: Apache-2.0
#include "api/openapi_task_schemas.h"

#include "api/wire_batch.h"
#include "api/wire_delivery.h"
#include "model/task/task_request.h"
#include "model/task/task_words.h"

#include <gtest/gtest.h>

namespace sluice::openapi_task_schemas_test {

namespace {

void collect_references(const Json& json, std::vector<std::string>& found)
{
    for (const auto& [key, value] : json.items()) {
        if (key == "$ref")
            found.push_back(value.get<std::string>());
        else if (value.is_structured())
            collect_references(value, found);
    }
}

std::vector<std::string> keys_of(const Json& object)
{
    std::vector<std::string> keys;
    for (const auto& [key, value] : object.items())
        keys.push_back(key);
    return keys;
}

std::string spell(UidKind kind, Time created_at, std::int64_t key)
{
    return format_uid(make_uid(kind, created_at, key, 42));
}

TEST(TaskSchemas, what_they_refer_to_is_there)
{
    const Json schemas = task_schemas();
    std::vector<std::string> references;
    collect_references(schemas, references);
    EXPECT_FALSE(references.empty());
    for (const std::string& reference : references) {
        const std::string prefix = "#/components/schemas/";
        ASSERT_TRUE(reference.starts_with(prefix)) << reference;
        EXPECT_TRUE(schemas.contains(reference.substr(prefix.size()))) << reference;
    }
}

TEST(TaskSchemas, know_the_members_that_are_written)
{
    const Json schemas = task_schemas();
    TaskView task;
    task.task.row.payload = R"({"on_start": {}})";
    const Json full = task_json(task, nullptr, spell).value();
    EXPECT_EQ(keys_of(schemas["LightTask"]["properties"]), keys_of(light_task_json(task, spell)));
    EXPECT_EQ(keys_of(schemas["Task"]["properties"]), keys_of(full));
    const BatchView batch{};
    EXPECT_EQ(keys_of(schemas["Batch"]["properties"]), keys_of(batch_json(batch, spell)));
    EXPECT_EQ(
        keys_of(schemas["ListedBatch"]["properties"]), keys_of(listed_batch_json(batch, spell))
    );
    EXPECT_EQ(
        keys_of(schemas["StatusCounts"]["properties"]), keys_of(status_counts_json(batch.counts))
    );
    const ServiceReads::DeliveryView delivery{};
    EXPECT_EQ(keys_of(schemas["Delivery"]["properties"]), keys_of(delivery_json(delivery, spell)));
    for (const char* name : {"LightTask", "Task", "Batch", "ListedBatch", "Delivery"})
        EXPECT_EQ(
            schemas[name]["required"].get<std::vector<std::string>>(),
            keys_of(schemas[name]["properties"])
        );
}

TEST(TaskSchemas, know_every_status)
{
    Json words = Json::array();
    for (const auto& [state, word] : task_status_names.entries)
        words.push_back(word);
    EXPECT_EQ(task_schemas()["TaskStatus"]["enum"], words);
}

TEST(TaskSchemas, show_what_the_reader_of_new_tasks_reads)
{
    EXPECT_EQ(task_schemas()["NewTasks"]["items"], task_request_schema());
}

} // namespace

} // namespace sluice::openapi_task_schemas_test
