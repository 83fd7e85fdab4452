// SPDX-License-Identifier: Apache-2.0
#include "app/config.h"

#include "app/limits.h"
#include "cli/cli_command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"

#include <fmt/format.h>

namespace sluice {

namespace {

std::string origin_of(const Setting& setting, const Config& config)
{
    const auto origin = config.origins.find(setting.name);
    return origin == config.origins.end() ? "default" : origin->second;
}

std::string variables_of(const Setting& setting)
{
    std::string names = setting.variable();
    for (const std::string_view old : {setting.old_variable, setting.older_variable})
        if (!old.empty())
            names += fmt::format(", {}", old);
    return names;
}

Json document_of(const Config& config)
{
    Json values = Json::object();
    Json origins = Json::object();
    for (const Setting& setting : settings()) {
        values[std::string(setting.name)] = setting.show(config);
        origins[std::string(setting.name)] = origin_of(setting, config);
    }
    Json bounds = Json::object();
    for (const Limit& limit : limits())
        bounds[limit.name] = limit.value;
    Json document = Json::object();
    document["settings"] = std::move(values);
    document["origins"] = std::move(origins);
    document["limits"] = std::move(bounds);
    return document;
}

void print_tables(const Config& config)
{
    Table table({"SETTING", "VALUE", "FROM", "VARIABLE", "MEANING"});
    for (const Setting& setting : settings())
        table.add(
            {std::string(setting.name), setting.show(config), origin_of(setting, config),
             variables_of(setting), std::string(setting.meaning)}
        );
    print_bytes(table.text());
    Table bounds({"LIMIT", "VALUE", "MEANING"});
    for (const Limit& limit : limits())
        bounds.add({limit.name, limit.value, limit.meaning});
    print("");
    print_bytes(bounds.text());
}

Async<Result<int>> print_config(Context& context)
{
    const Config& config = context.config;
    if (config.output == OutputFormat::json || config.output == OutputFormat::yaml) {
        print_document(config.output, document_of(config));
        co_return exit_code::success;
    }
    print_tables(config);
    co_return exit_code::success;
}

} // namespace

void add_config(CliCommand& root)
{
    CliCommand command = root.add("config");
    command.takes({"listen", "workers", "grace", "executor", "isolation", "data_dir", "secrets_dir"}
    );
    command.runs(print_config);
}

} // namespace sluice
