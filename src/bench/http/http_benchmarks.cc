// SPDX-License-Identifier: Apache-2.0
#include "bench/http/http_benchmarks.h"

namespace sluice {

namespace {

std::vector<HttpBenchmark> throughput()
{
    return {
        {"http-post",
         "POST /task in batches of 100 without dependencies on 4 connections; the server starts "
         "the "
         "tasks meanwhile, and they stay Running; tasks/s until the last POST is answered",
         bench::http_post},
        {"http-post-no-starts", "the same with tasks that are due in a year: no start competes",
         bench::http_post_no_starts},
        {"http-life",
         "tasks posted by 4 connections, started by a webhook to a target that answers at once, "
         "and "
         "ended by its PATCH on 64 connections, all at the same time; tasks/s from the first POST "
         "to the last answer",
         bench::http_life},
        {"http-mixed",
         "http-life at a steady rate for a while, with counts by PUT, dependencies, retries, "
         "rules, "
         "end webhooks, a schedule and lists; tasks/s that ended, and latencies of each request",
         bench::http_mixed},
        {"http-put",
         "PUT of counts of Running tasks on 64 connections, one request each at a time; each is "
         "durable when it is answered",
         bench::http_put},
        {"http-list",
         "GET /task?page_size=50 among many tasks on 32 connections, then other lists, one at a "
         "time, and a DAG of 10,000 tasks",
         bench::http_list},
    };
}

std::vector<HttpBenchmark> latency()
{
    return {
        {"http-start",
         "one task at a time on an idle server, from its POST to the arrival of its on_start",
         bench::http_start},
        {"http-child",
         "a parent and its child on an idle server, from the PATCH that ends the parent to the "
         "arrival of the child's on_start",
         bench::http_child},
        {"http-workers",
         "500 workers of one job with its token, each with a datum for a second at a time and a "
         "heartbeat meanwhile: the time of the requests that give a datum, and of the four that "
         "report its log, its output and its end together; then a datum that is given back again "
         "and again while all wait for it, until one of them has it",
         bench::http_workers},
        {"http-slow-targets",
         "http-start at a fast target while each of 200 others takes 10 s to answer a start and "
         "gets another one after it",
         bench::http_slow_targets},
        {"http-rules-blocked",
         "http-life of tasks without rules, alone and beside 100,000 that one rule holds back",
         bench::http_rules_blocked},
        {"http-rules-freed",
         "a rule with one place and 100,000 tasks that wait for it, from the PATCH that frees it "
         "to "
         "the arrival of the next on_start",
         bench::http_rules_freed},
    };
}

std::vector<HttpBenchmark> memory()
{
    return {
        {"http-memory", "resident memory of the server before and after many tasks are posted",
         bench::http_memory},
        {"http-connections",
         "resident memory of the server before and after 10,000 clients have asked for a path and "
         "stay connected",
         bench::http_connections},
    };
}

} // namespace

const std::vector<HttpBenchmark>& http_benchmarks()
{
    static const std::vector<HttpBenchmark> all = [] {
        std::vector<HttpBenchmark> list;
        for (const auto& group : {throughput(), latency(), memory()})
            list.insert(list.end(), group.begin(), group.end());
        return list;
    }();
    return all;
}

} // namespace sluice
