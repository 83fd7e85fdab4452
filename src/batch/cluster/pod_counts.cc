// SPDX-License-Identifier: Apache-2.0
#include "batch/cluster/pod_counts.h"

#include "base/json.h"

namespace sluice {

PodCounts count_pods(const std::map<std::string, SeenPod>& pods)
{
    PodCounts counts;
    for (const auto& [uid, pod] : pods) {
        if (pod.phase == PodPhase::pending)
            ++counts.pending;
        else if (pod.phase == PodPhase::running)
            ++counts.running;
        else if (pod.phase == PodPhase::failed)
            ++counts.failed;
        else if (pod.phase == PodPhase::succeeded)
            ++counts.succeeded;
    }
    return counts;
}

std::string format_pods(const PodCounts& counts)
{
    Json json = Json::object();
    json["pending"] = counts.pending;
    json["running"] = counts.running;
    json["failed"] = counts.failed;
    json["succeeded"] = counts.succeeded;
    return dump_json(json);
}

PodCounts parse_pods(std::string_view text)
{
    PodCounts counts;
    const Result<Json> json = parse_json(text);
    if (!json || !json->is_object())
        return counts;
    const auto read = [&json](const char* name, std::int64_t& count) {
        const auto found = json->find(name);
        if (found != json->end() && found->is_number_integer())
            count = found->get<std::int64_t>();
    };
    read("pending", counts.pending);
    read("running", counts.running);
    read("failed", counts.failed);
    read("succeeded", counts.succeeded);
    return counts;
}

} // namespace sluice
