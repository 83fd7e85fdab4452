// SPDX-License-Identifier: Apache-2.0
#include "app/idle_variables.h"

#include "app/setting_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <unistd.h>

namespace sluice {

namespace {

enum class Need : std::uint8_t { none, later };
enum class ValueKind : std::uint8_t { whole_number, text };

struct IdleVariable {
    std::string_view name; // "OTEL_*" stands for all that begin so
    Need need;
    ValueKind value;
    std::string_view reason;
};

constexpr std::string_view few_connections =
    "the server keeps a few connections open, and requests share them";

constexpr std::string_view one_decides =
    "after the pause one request is let through, and its end decides";

constexpr IdleVariable table[] = {
    {"POOL_MAX_SIZE", Need::none, ValueKind::whole_number, few_connections},
    {"POOL_MIN_IDLE", Need::none, ValueKind::whole_number, few_connections},
    {"POOL_ACQUIRE_RETRIES", Need::none, ValueKind::whole_number,
     "requests do not wait for a connection of their own"},
    {"POOL_TIMEOUT_SECS", Need::none, ValueKind::whole_number,
     "requests do not wait for a connection of their own"},
    {"WORKER_LOOP_INTERVAL_MS", Need::none, ValueKind::whole_number,
     "there is no loop: what may start is started at once"},
    {"WORKER_CLAIM_TIMEOUT_SECS", Need::none, ValueKind::whole_number,
     "what a dead server has claimed goes back to the others by itself"},
    {"WORKER_START_BATCH_SIZE", Need::none, ValueKind::whole_number,
     "as many tasks are started as WORKER_WEBHOOK_CONCURRENCY has room for"},
    {"BATCH_CHANNEL_CAPACITY", Need::none, ValueKind::whole_number,
     "counts are in the database when they are acknowledged"},
    {"CIRCUIT_BREAKER_SUCCESS_THRESHOLD", Need::none, ValueKind::whole_number, one_decides},
    {"CIRCUIT_BREAKER_FAILURE_WINDOW_SECS", Need::none, ValueKind::whole_number, one_decides},
    {"CIRCUIT_BREAKER_*", Need::none, ValueKind::text, one_decides},
    {"RETENTION_*", Need::none, ValueKind::text,
     "what is old goes by the settings of 'sluice config' alone"},
    {"OTEL_*", Need::later, ValueKind::text,
     "traces go out as OTLP over HTTP in JSON, with the settings of 'sluice config'"},
};

bool is_old_name(std::string_view name)
{
    return std::ranges::any_of(settings(), [name](const Setting& setting) {
        return name == setting.old_variable || name == setting.older_variable;
    });
}

// A family stands for the names that do not stand in the table themselves.
bool is_one(const IdleVariable& variable, std::string_view name)
{
    if (!variable.name.ends_with('*'))
        return name == variable.name;
    const bool is_of_family = name.starts_with(variable.name.substr(0, variable.name.size() - 1));
    return is_of_family && !is_old_name(name) &&
           std::ranges::find(table, name, &IdleVariable::name) == std::end(table);
}

} // namespace

std::vector<std::string> idle_variables(const Config& config, std::span<const std::string> names)
{
    std::vector<std::string> sentences;
    for (const Setting& setting : settings()) {
        const auto origin = config.origins.find(setting.name);
        for (const std::string_view name : {setting.old_variable, setting.older_variable}) {
            const bool is_set = std::ranges::find(names, name) != names.end();
            if (is_set && origin != config.origins.end() && origin->second != name)
                sentences.push_back(fmt::format("{} is overruled by {}", name, origin->second));
        }
    }
    for (const IdleVariable& variable : table)
        for (const std::string& name : names)
            if (is_one(variable, name))
                sentences.push_back(fmt::format(
                    "{} is not {}: {}", name,
                    variable.need == Need::none ? "needed" : "supported yet", variable.reason
                ));
    return sentences;
}

Result<void> check_idle_variables(const ConfigSources& sources)
{
    for (const IdleVariable& variable : table) {
        if (variable.value != ValueKind::whole_number)
            continue;
        const std::string name(variable.name);
        const std::string text = sources.environment(name).value_or("");
        if (!text.empty() && !whole_number<std::uint64_t>(text))
            return with_context(name, refuse("a whole number", text));
    }
    return {};
}

std::vector<std::string> environment_names()
{
    std::vector<std::string> names;
    for (char** entry = environ; entry && *entry; ++entry) {
        const std::string_view text = *entry;
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos && equals + 1 < text.size())
            names.emplace_back(text.substr(0, equals));
    }
    std::ranges::sort(names);
    return names;
}

} // namespace sluice
