// SPDX-License-Identifier: Apache-2.0
#include "app/limits.h"

#include "api/server.h"
#include "base/json.h"
#include "base/yaml.h"
#include "batch/jobs.h"
#include "engine/engine.h"
#include "engine/submit.h"
#include "exec/attempt_log.h"
#include "model/duration.h"
#include "net/trace/tracer.h"

#include <fmt/format.h>

namespace sluice {

namespace {

std::string bytes(std::uint64_t count)
{
    const std::uint64_t mebibyte = 1u << 20;
    if (count % mebibyte == 0)
        return fmt::format("{} MiB", count / mebibyte);
    return fmt::format("{} KiB", count >> 10);
}

template <class Duration>
std::string time(Duration duration)
{
    return format_duration(std::chrono::duration_cast<std::chrono::seconds>(duration));
}

void add_job_limits(std::vector<Limit>& all)
{
    const PlanLimits plan;
    const LogLimits log;
    all.push_back({"datums_max", fmt::format("{}", plan.datums_max), "datums of one job"});
    all.push_back(
        {"input_files_max", fmt::format("{}", plan.files_max), "input files of one job's datums"}
    );
    all.push_back(
        {"yaml_bytes_max", bytes(YamlLimits().bytes_max), "size of a pipeline file in YAML"}
    );
    all.push_back(
        {"json_bytes_max", bytes(JsonLimits().bytes_max), "size of a pipeline file in JSON"}
    );
    all.push_back(
        {"log_bytes_max", bytes(log.head_bytes + log.ring_bytes),
         "log of one attempt; its middle is cut"}
    );
    all.push_back(
        {"transaction_tasks_max", fmt::format("{}", staging_threshold),
         "tasks of one transaction; larger jobs are stored in pieces"}
    );
}

void add_server_limits(std::vector<Limit>& all)
{
    const ServerLimits server;
    const Engine::Options engine;
    const ApiServer::Options api;
    all.push_back({"lease", time(engine.lease), "a datum is rescued so long after its last sign"});
    all.push_back({"heartbeat", time(engine.heartbeat), "time between two signs of life"});
    all.push_back({"body_bytes_max", bytes(server.body_bytes_max), "body of an HTTP request"});
    all.push_back({"header_bytes_max", bytes(server.header_bytes_max), "headers of an HTTP request"}
    );
    all.push_back(
        {"connections_max", fmt::format("{}", server.connections_max), "connections to the server"}
    );
    all.push_back({"header_time", time(server.header_time), "for the headers of a request"});
    all.push_back({"body_time", time(server.body_time), "for the body of a request"});
    all.push_back({"idle_time", time(server.idle_time), "between two requests of a connection"});
    all.push_back({"poll_time", time(api.poll_max), "of one long poll"});
}

void add_trace_limits(std::vector<Limit>& all)
{
    const Tracer::Limits traces;
    all.push_back(
        {"trace_batch_max", fmt::format("{}", traces.batch_max),
         "spans of one request to a collector"}
    );
    all.push_back(
        {"trace_queue_max", fmt::format("{}", traces.queue_max), "spans that wait for a collector"}
    );
}

} // namespace

std::vector<Limit> limits()
{
    std::vector<Limit> all;
    add_job_limits(all);
    add_server_limits(all);
    add_trace_limits(all);
    return all;
}

} // namespace sluice
