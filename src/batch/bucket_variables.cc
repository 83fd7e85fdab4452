// SPDX-License-Identifier: Apache-2.0
#include "batch/bucket_variables.h"

#include "base/text.h"

#include <algorithm>
#include <span>

namespace sluice {

namespace {

using Values = std::map<std::string, std::string>;

// Where buckets are. Of each group one variable is enough, and a job that sets one means it,
// whatever the others are elsewhere.
using Group = std::span<const std::string_view>;
constexpr std::string_view endpoints[] = {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"};
constexpr std::string_view regions[] = {"AWS_REGION", "AWS_DEFAULT_REGION"};
constexpr std::string_view emulators[] = {"STORAGE_EMULATOR_HOST"};
constexpr Group place_groups[] = {endpoints, regions, emulators};

bool has_any(const Values& values, Group group)
{
    return std::any_of(group.begin(), group.end(), [&](std::string_view name) {
        return values.contains(std::string(name));
    });
}

// The group of a variable that says where buckets are; empty: it does not.
Group group_of(std::string_view name)
{
    for (const Group group : place_groups)
        if (std::find(group.begin(), group.end(), name) != group.end())
            return group;
    return {};
}

void put_new(Values& values, const std::string& name, const std::string& value)
{
    if (value.find('\0') == std::string::npos)
        values.try_emplace(name, trim(value));
}

} // namespace

bool uses(const Pipeline& pipeline, UriScheme scheme)
{
    const std::vector<const Atom*> atoms = atoms_of(pipeline.input);
    return pipeline.egress.scheme == scheme ||
           std::any_of(atoms.begin(), atoms.end(), [scheme](const Atom* atom) {
               return atom->uri.scheme == scheme;
           });
}

const SecretVariable* key_of(const BucketKind& kind, const Transform& transform)
{
    const SecretVariable* found = nullptr; // the last one, as in a pod
    for (const Secret& secret : transform.secrets) {
        const auto* const asked = std::get_if<SecretVariable>(&secret);
        if (asked && asked->env_var == kind.key)
            found = asked;
    }
    return found;
}

std::vector<const SecretVariable*> variables_of(const BucketKind& kind, const Transform& transform)
{
    std::vector<const SecretVariable*> found;
    const SecretVariable* const key = key_of(kind, transform);
    if (key)
        found.push_back(key);
    for (const Secret& secret : transform.secrets) {
        const auto* const asked = std::get_if<SecretVariable>(&secret);
        if (asked && asked != key && asked->env_var.starts_with(kind.prefix))
            found.push_back(asked);
    }
    return found;
}

std::map<std::string, std::string>
bucket_variables(const Transform& transform, const std::map<std::string, SecretData>& secrets)
{
    Values values;
    for (const Secret& secret : transform.secrets) {
        const auto* const asked = std::get_if<SecretVariable>(&secret);
        if (!asked || !secrets.contains(asked->name))
            continue;
        const SecretData& data = secrets.at(asked->name);
        const auto given = data.find(asked->key);
        if (given == data.end())
            continue;
        values.erase(asked->env_var);
        put_new(values, asked->env_var, given->second);
    }
    for (const auto& [name, data] : secrets)
        for (const auto& [key, value] : data)
            put_new(values, key, value);
    return values;
}

void add_places(const Transform& transform, Values& values)
{
    for (const Group group : place_groups) {
        if (has_any(values, group))
            continue;
        for (const std::string_view name : group)
            if (const auto said = transform.env.find(std::string(name));
                said != transform.env.end())
                put_new(values, said->first, said->second);
    }
}

bool is_place_of_others(std::string_view variable, const Transform& transform)
{
    if (group_of(variable).empty())
        return false;
    return std::none_of(
        std::begin(bucket_kinds), std::end(bucket_kinds),
        [&](const BucketKind& kind) {
            const bool is_of_s3 = variable.starts_with("AWS_");
            return is_of_s3 == (kind.scheme == UriScheme::s3) && key_of(kind, transform);
        }
    );
}

Variables job_variables(Values values, Variables own)
{
    return [values = std::move(values),
            own = std::move(own)](std::string_view name) -> std::optional<std::string> {
        if (const auto said = values.find(std::string(name)); said != values.end())
            return said->second;
        const Group group = group_of(name);
        if (group.empty() || has_any(values, group))
            return std::nullopt;
        return own(name);
    };
}

} // namespace sluice
