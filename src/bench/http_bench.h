// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "base/log.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// The benchmarks of the task service over HTTP. The server is a process of its own, `PROGRAM serve`
// with the database; clients and targets of webhooks are in this process. Both share the machine.
struct HttpBenchOptions {
    std::string url;
    std::string program = "/proc/self/exe";
    std::int64_t tasks = 0;       // in the server; 0 is the benchmark's own default, below too
    std::int64_t size = 0;        // requests or starts that are measured
    std::int64_t batch = 0;       // tasks of one POST
    std::int64_t clients = 0;     // connections
    std::string path = "/events"; // what idle connections have asked for
    std::int64_t rate = 0;        // tasks a second of http-mixed; 0: as many as there can be
    std::int64_t seconds = 0;     // of http-mixed
    std::string progress;         // the file for its figures of each ten seconds; empty: none
};

struct HttpBenchmark {
    std::string_view name;
    std::string_view method; // what is measured, in one or two sentences
    Result<Json> (*run)(const HttpBenchOptions& options, const Log& log);
};

const std::vector<HttpBenchmark>& http_benchmarks();

} // namespace sluice
