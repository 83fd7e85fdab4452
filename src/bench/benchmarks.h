// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/fixture.h"

namespace sluice::bench {

Result<Json> cycle(const BenchOptions& options, const Log& log);
Result<Json> queues(const BenchOptions& options, const Log& log);
Result<Json> single(const BenchOptions& options, const Log& log);
Result<Json> latency(const BenchOptions& options, const Log& log);
Result<Json> dag(const BenchOptions& options, const Log& log);
Result<Json> chain(const BenchOptions& options, const Log& log);
Result<Json> submit_large(const BenchOptions& options, const Log& log);

} // namespace sluice::bench
