// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/http_bench.h"

namespace sluice::bench {

Result<Json> http_post(const HttpBenchOptions& options, const Log& log);
Result<Json> http_post_no_starts(const HttpBenchOptions& options, const Log& log);
Result<Json> http_life(const HttpBenchOptions& options, const Log& log);
Result<Json> http_mixed(const HttpBenchOptions& options, const Log& log);
Result<Json> http_put(const HttpBenchOptions& options, const Log& log);
Result<Json> http_list(const HttpBenchOptions& options, const Log& log);
Result<Json> http_start(const HttpBenchOptions& options, const Log& log);
Result<Json> http_child(const HttpBenchOptions& options, const Log& log);
Result<Json> http_slow_targets(const HttpBenchOptions& options, const Log& log);
Result<Json> http_rules_blocked(const HttpBenchOptions& options, const Log& log);
Result<Json> http_rules_freed(const HttpBenchOptions& options, const Log& log);
Result<Json> http_memory(const HttpBenchOptions& options, const Log& log);
Result<Json> http_workers(const HttpBenchOptions& options, const Log& log);
Result<Json> http_connections(const HttpBenchOptions& options, const Log& log);

} // namespace sluice::bench
