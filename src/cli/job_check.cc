// SPDX-License-Identifier: Apache-2.0
#include "app/app.h"
#include "base/os.h"
#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/foreground.h"
#include "cli/job.h"
#include "cli/output.h"
#include "cli/pipeline_file.h"

namespace sluice {

namespace {

Json document_of(const std::vector<InputFile>& files)
{
    Json list = Json::array();
    for (const InputFile& file : files) {
        Json item = Json::object();
        item["uri"] = file.uri;
        item["local_path"] = "/pfs/" + file.local_path;
        list.push_back(std::move(item));
    }
    Json document = Json::object();
    document["input_files"] = std::move(list);
    return document;
}

std::string one_line(std::string_view text)
{
    std::string line = printable(text);
    for (char& c : line)
        c = c == '\n' ? ' ' : c;
    return line;
}

// Prints the datums as they come: there may be a million.
class Printer {
public:
    explicit Printer(OutputFormat format) : format_(format)
    {
        if (format_ == OutputFormat::json)
            print_bytes("{\"datums\": [");
        if (format_ == OutputFormat::yaml)
            print("datums:");
    }

    void add(std::uint64_t index, const std::vector<InputFile>& files)
    {
        if (format_ == OutputFormat::json)
            print_bytes((index == 0 ? "\n  " : ",\n  ") + dump_json(document_of(files)));
        else if (format_ == OutputFormat::yaml)
            print("  - " + dump_json(document_of(files)));
        else
            add_text(index, files);
    }

    void finish()
    {
        if (format_ == OutputFormat::json)
            print("\n]}");
    }

private:
    void add_text(std::uint64_t index, const std::vector<InputFile>& files)
    {
        if (format_ == OutputFormat::table)
            print(fmt::format("datum {}", index + 1));
        for (const InputFile& file : files)
            if (format_ == OutputFormat::table)
                print("  /pfs/" + one_line(file.local_path) + "  from " + one_line(file.uri));
            else
                print(one_line(file.local_path));
    }

    OutputFormat format_;
};

Async<Result<int>> check_job(Context& context, App& app, std::string path)
{
    const std::string shown = printable_path(path);
    Judged<PipelineFile> file = read_pipeline_file(path, PlainPaths::make_absolute);
    if (!file)
        co_return to_lines(shown, file.error());
    const auto printer = std::make_shared<std::optional<Printer>>();
    auto each = [printer, format = context.config.output](
                    std::uint64_t index, const std::vector<InputFile>& files
                ) {
        if (!*printer) // nothing is printed for what is refused
            printer->emplace(format);
        (*printer)->add(index, files);
    };
    Judged<std::uint64_t> count = co_await app.jobs().check(std::move(file->spec), std::move(each));
    if (!count)
        co_return to_lines(shown, count.error());
    if (!*printer)
        printer->emplace(context.config.output);
    (*printer)->finish();
    complain(fmt::format("{}: {} datum{} would run", shown, *count, *count == 1 ? "" : "s"));
    co_return exit_code::success;
}

} // namespace

void add_job_check(CliCommand& job)
{
    CliCommand command = job.add("check");
    const auto file = std::make_shared<std::string>();
    command.argument("FILE", *file, "pipeline file, YAML or JSON; - is stdin");
    command.takes({"secrets_dir"});
    command.runs(on_app([file](Context& context, App& app) {
        return check_job(context, app, *file);
    }));
}

} // namespace sluice
