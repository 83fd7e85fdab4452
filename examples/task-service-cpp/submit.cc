// SPDX-License-Identifier: Apache-2.0
// Has the words of some files counted by the service, one task for each file and one that adds up.
//
//     submit FILE…
//
// SLUICE_SERVER and SLUICE_KEY say where the task service is, SLUICE_TARGET where our service is.
#include "settings.h"

#include <sluice/client.h>

#include <filesystem>
#include <fstream>
#include <iostream>

using namespace sluice::client;

namespace {

std::vector<Json> lines_of(const std::filesystem::path& path)
{
    std::ifstream file(path);
    std::vector<Json> lines;
    for (std::string line; std::getline(file, line);)
        lines.emplace_back(line);
    return lines;
}

Batch describe(const std::vector<std::filesystem::path>& paths)
{
    const std::string target = setting("SLUICE_TARGET", "http://127.0.0.1:8090");
    Batch batch;
    std::vector<Dependency> counts;
    for (const std::filesystem::path& path : paths) {
        const std::vector<Json> lines = lines_of(path);
        const Json body = Json::object({{"lines", Json::array(lines)}});
        counts.emplace_back(batch.task(
            {.name = "Count " + path.filename().string(),
             .kind = "count",
             .on_start = webhook(target + "/count", {.body = body}),
             .retry = Retry{.max_retries = 2},
             .expected_count = static_cast<std::int64_t>(lines.size())}
        ));
    }
    batch.task(
        {.name = "Add up", .kind = "add", .on_start = webhook(target + "/add"), .after = counts}
    );
    return batch;
}

} // namespace

int main(int count_of_arguments, char** arguments)
{
    try {
        const Client client = sluice_server();
        const Batch batch = describe({arguments + 1, arguments + count_of_arguments});
        const CreatedBatch created = client.create(batch);
        client.wait_batch(created.batch_id);
        const Task total = client.get(created.tasks.back().id);
        if (total.status == Status::success)
            std::cout << total.metadata.at("words").as_integer() << std::endl;
        else
            std::cout << total.failure_reason.value_or("no reason") << std::endl;
        return total.status == Status::success ? 0 : 1;
    } catch (const std::exception& problem) {
        std::cerr << problem.what() << std::endl;
        return 1;
    }
}
