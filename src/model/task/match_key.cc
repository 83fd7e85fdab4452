// SPDX-License-Identifier: Apache-2.0
#include "model/task/match_key.h"

#include "model/json/json_contains.h"
#include "model/json/json_key.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

std::vector<std::string> match_fields(std::vector<std::string> fields)
{
    std::ranges::sort(fields);
    fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
    return fields;
}

std::optional<MatchKey> match_key(std::span<const std::string> fields, const Json& metadata)
{
    std::vector<NamedJson> values;
    bool is_composite = false;
    for (const std::string& field : fields) {
        if (!metadata.is_object() || !metadata.contains(field))
            return std::nullopt;
        const Json& value = metadata.at(field);
        values.emplace_back(field, &value);
        is_composite = is_composite || !is_scalar(value);
    }
    const JsonKey key = json_key(std::span<const NamedJson>(values));
    MatchKey found;
    found.key = fmt::format("{:016x}{:016x}", key.high, key.low);
    if (is_composite) {
        Json pattern = Json::object();
        for (const auto& [name, value] : values)
            pattern[std::string(name)] = *value;
        found.pattern = canonical_json(pattern);
    }
    return found;
}

Json parse_metadata(const std::optional<std::string>& metadata)
{
    if (!metadata)
        return {};
    Result<Json> parsed = parse_json(*metadata);
    return parsed ? std::move(*parsed) : Json();
}

std::vector<TaskRule> rules_in(const std::string& rules)
{
    std::vector<TaskRule> found;
    const Result<Json> documents = parse_json(rules);
    if (!documents || !documents->is_array())
        return found;
    Problems problems;
    const Path root;
    for (const Json& document : *documents) {
        TaskRule rule;
        TaskRuleKind{}.read(Value{document, root, problems}, rule);
        found.push_back(std::move(rule));
    }
    return found;
}

std::vector<std::string> stored_rules_in(const std::string& rules)
{
    std::vector<std::string> ids;
    if (rules.find("\"ref\"") == std::string::npos)
        return ids;
    for (TaskRule& rule : rules_in(rules))
        if (rule.stored)
            ids.push_back(*std::move(rule.stored));
    std::ranges::sort(ids);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

} // namespace sluice
