// SPDX-License-Identifier: Apache-2.0
#include "cli/document_file.h"

#include "base/os.h"
#include "base/text.h"
#include "base/yaml.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <memory>

namespace sluice {

namespace {

constexpr std::size_t size_max = 50u << 20;

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
    if (path == "-")
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
    const std::string_view content = trim(text);
    return name.ends_with(".yaml") || name.ends_with(".yml") ||
           !(content.starts_with('{') || content.starts_with('['));
}

} // namespace

Result<Json> read_document(const std::string& path)
{
    const Result<std::string> text = read_text(path);
    if (!text)
        return text.error();
    return is_yaml(path, *text) ? parse_yaml(*text) : parse_json(*text);
}

} // namespace sluice
