// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/contract/service_contract.h"

#include <fmt/format.h>

namespace sluice {

// Tasks of the kind 'build' under concurrency and capacity rules.
class Rules : public StartedTasks {
protected:
    static std::string rule(
        std::string_view limit, std::string_view fields = "[]", std::string_view status = "Running"
    )
    {
        return fmt::format(
            R"({{{},"matcher":{{"status":"{}","kind":"build","fields":{}}}}})", limit, status,
            fields
        );
    }
    static std::string concurrency(int maximum, std::string_view fields = "[]")
    {
        return fmt::format("[{}]", rule(at_most(maximum), fields));
    }
    static std::string at_most(int maximum)
    {
        return fmt::format(R"("type":"Concurency","max_concurency":{})", maximum);
    }
    static std::string capacity(int maximum)
    {
        const std::string limit = fmt::format(R"("type":"Capacity","max_capacity":{})", maximum);
        return fmt::format("[{}]", rule(limit));
    }
    static NewTask ruled(std::string rules, std::string metadata = "null", int priority = 0)
    {
        NewTask task = service_task();
        task.priority = priority;
        task.card->rules = std::move(rules);
        if (metadata != "null")
            task.card->metadata = std::move(metadata);
        return task;
    }

    std::vector<TaskId> started(std::size_t limit = 100)
    {
        std::vector<TaskId> ids;
        for (const Leased& task : start_all(limit))
            ids.push_back(task.task);
        return ids;
    }
};

using Ids = std::vector<TaskId>;

} // namespace sluice
