// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "model/refusal.h"

#include <string>

namespace sluice {

struct PipelineFile {
    Json spec;             // plain paths made absolute
    std::string directory; // where the file stands, absolute
};

enum class PlainPaths : std::uint8_t {
    make_absolute, // this machine runs the job
    keep,          // a server does, which refuses them
};

// Reads a pipeline file, YAML or JSON by its ending or else by its content; "-" is stdin. Errors: a
// file that cannot be read, and (invalid) every problem of the document, with the file's name.
Judged<PipelineFile> read_pipeline_file(const std::string& path, PlainPaths plain_paths);

// One line for each problem, "<context>: <path>: <what>", as one Error.
Error to_lines(std::string_view context, const Refusal& refusal);

} // namespace sluice
