// SPDX-License-Identifier: Apache-2.0
#include "cli/pipeline_file.h"

#include "base/os.h"
#include "cli/document_file.h"
#include "model/pipeline.h"

#include <filesystem>

namespace sluice {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view standard_input = "-";

Result<std::string> directory_of(const std::string& path)
{
    std::error_code problem;
    const fs::path file = path == standard_input ? fs::path("stdin") : fs::path(path);
    const fs::path whole = fs::absolute(file, problem);
    if (problem)
        return os_error("find the working directory of", path, problem.value());
    return whole.lexically_normal().parent_path().string();
}

} // namespace

Judged<PipelineFile> read_pipeline_file(const std::string& path, PlainPaths plain_paths)
{
    Result<Json> document = read_document(path);
    if (!document)
        return Refusal(document.error());
    const Checked<Pipeline> pipeline = read_pipeline(*document);
    if (!pipeline)
        return Refusal(pipeline.error());
    Result<std::string> directory = directory_of(path);
    if (!directory)
        return Refusal(directory.error());
    PipelineFile file;
    file.spec = *std::move(document);
    if (plain_paths == PlainPaths::make_absolute)
        file.spec = with_resolved_paths(std::move(file.spec), *directory);
    file.directory = *std::move(directory);
    return file;
}

Error to_lines(std::string_view context, const Refusal& refusal)
{
    Error error{refusal.code, {}};
    for (const Problem& problem : refusal.problems) {
        if (!error.detail.empty())
            error.detail += '\n';
        if (!context.empty())
            error.detail.append(context).append(": ");
        std::string line = format_problem(problem);
        for (char& c : line)
            c = c == '\n' ? ' ' : c;
        error.detail += line;
    }
    return error;
}

} // namespace sluice
