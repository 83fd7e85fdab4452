// SPDX-License-Identifier: Apache-2.0
#include "cli/pipeline_file.h"

#include "base/os.h"
#include "base/text.h"
#include "base/yaml.h"
#include "model/pipeline.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <sys/stat.h>

namespace sluice {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t size_max = 50u << 20;
constexpr std::string_view standard_input = "-";

struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

Result<std::string> read_stream(std::FILE* file, const std::string& path)
{
    std::string text;
    char buffer[65536];
    while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, file)) {
        text.append(buffer, count);
        if (text.size() > size_max)
            return Error{
                Errc::invalid,
                fmt::format("{} has more than {} MiB", printable_path(path), size_max >> 20)};
    }
    if (std::ferror(file))
        return os_error("read", path, errno);
    return text;
}

Result<std::string> read_text(const std::string& path)
{
    if (path == standard_input)
        return read_stream(stdin, path);
    const std::unique_ptr<std::FILE, Closer> file(std::fopen(path.c_str(), "rbe"));
    if (!file)
        return os_error("read", path, errno);
    return read_stream(file.get(), path);
}

bool is_yaml(const std::string& path, std::string_view text)
{
    const std::string name = to_lower(path);
    if (name.ends_with(".json"))
        return false;
    return name.ends_with(".yaml") || name.ends_with(".yml") || !trim(text).starts_with('{');
}

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
    const Result<std::string> text = read_text(path);
    if (!text)
        return Refusal(text.error());
    Result<Json> document = is_yaml(path, *text) ? parse_yaml(*text) : parse_json(*text);
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
