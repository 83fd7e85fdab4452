// SPDX-License-Identifier: Apache-2.0
#include "app/config.h"

#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"

#include <CLI/CLI.hpp>

namespace sluice {

namespace {

Json document_of(const Config& config)
{
    Json document = Json::object();
    for (const Setting& setting : settings())
        document[std::string(setting.name)] = setting.show(config);
    return document;
}

Async<Result<int>> print_config(Context& context)
{
    const Config& config = context.config;
    if (config.output == OutputFormat::json || config.output == OutputFormat::yaml) {
        print_document(config.output, document_of(config));
        co_return exit_code::success;
    }
    Table table({"SETTING", "VALUE", "VARIABLE", "MEANING"});
    for (const Setting& setting : settings())
        table.add(
            {std::string(setting.name), setting.show(config), setting.variable(),
             std::string(setting.meaning)}
        );
    print_bytes(table.text());
    co_return exit_code::success;
}

} // namespace

void add_config(CommandLine& line)
{
    CLI::App& command = line.add(line.root(), "config");
    line.takes(command, {"listen", "workers", "executor", "isolation", "data_dir", "secrets_dir"});
    line.runs(command, print_config);
}

} // namespace sluice
