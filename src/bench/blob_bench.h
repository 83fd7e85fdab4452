// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "base/log.h"
#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// What moves the files of datums, alone: a bucket and a folder of this machine, in this process.
// The service and its keys are those of the environment.
struct BlobBenchOptions {
    std::string place;     // "s3://bucket/prefix/"
    std::string directory; // of files; what is in folders below it is left out
};

struct BlobBenchmark {
    std::string_view name;
    std::string_view method; // what is measured, in one or two sentences
    Result<Json> (*run)(const BlobBenchOptions& options, const Log& log);
};

const std::vector<BlobBenchmark>& blob_benchmarks();

} // namespace sluice
