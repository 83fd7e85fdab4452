// SPDX-License-Identifier: Apache-2.0
#include "model/pipeline.h"

#include "base/text.h"
#include "model/pipeline_fields.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

constexpr std::size_t label_max = 63;
constexpr std::size_t name_max = label_max - 1 - job_suffix_size;

Error invalid(std::string detail)
{
    return {Errc::invalid, std::move(detail)};
}

void collect_atoms(const Input& input, std::vector<const Atom*>& atoms)
{
    if (const auto* atom = std::get_if<Atom>(&input.node)) {
        atoms.push_back(atom);
        return;
    }
    const auto* cross = std::get_if<Cross>(&input.node);
    for (const Input& part : cross ? cross->parts : std::get<Union>(input.node).parts)
        collect_atoms(part, atoms);
}

void resolve(Json& uri, std::string_view folder)
{
    uri = format_uri(resolve_uri(parse_uri(uri.get<std::string>()).value(), folder));
}

void resolve_input(Json& input, std::string_view folder)
{
    for (auto& [key, member] : input.items()) {
        if (member.is_object())
            resolve(member["URI"], folder);
        else if (member.is_array())
            for (Json& part : member)
                resolve_input(part, folder);
    }
}

} // namespace

bool operator==(const Input& a, const Input& b)
{
    if (a.node.index() != b.node.index())
        return false;
    if (const auto* atom = std::get_if<Atom>(&a.node))
        return *atom == std::get<Atom>(b.node);
    if (const auto* cross = std::get_if<Cross>(&a.node))
        return cross->parts == std::get<Cross>(b.node).parts;
    return std::get<Union>(a.node).parts == std::get<Union>(b.node).parts;
}

Checked<Pipeline> read_pipeline(const Json& document)
{
    Pipeline pipeline;
    Problems problems;
    const Path root;
    ObjectKind<Pipeline>{}.read(Value{document, root, problems}, pipeline);
    if (!problems.empty())
        return problems.take();
    pipeline.spec = document;
    return pipeline;
}

const Json& to_json(const Pipeline& pipeline)
{
    return pipeline.spec;
}

std::vector<const Atom*> atoms_of(const Input& input)
{
    std::vector<const Atom*> atoms;
    collect_atoms(input, atoms);
    return atoms;
}

Json with_resolved_paths(Json document, std::string_view folder)
{
    resolve_input(document["input"], folder);
    resolve(document["egress"]["URI"], folder);
    return document;
}

Result<std::string> job_name(std::string_view pipeline_name, std::string_view suffix)
{
    SLUICE_ASSERT(suffix.size() == job_suffix_size);
    Result<std::string> name = parse_pipeline_name(pipeline_name);
    if (!name)
        return name;
    std::string label = to_lower(*name);
    std::replace(label.begin(), label.end(), '_', '-');
    return label.append("-").append(suffix);
}

Result<std::string> parse_pipeline_name(std::string_view text)
{
    const auto fits = [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; };
    if (text.empty() || !std::all_of(text.begin(), text.end(), fits) || !is_alphanumeric(text[0]))
        return invalid(fmt::format(
            "'{}' cannot name a job: accepted are letters, digits, '-' and '_', beginning with a "
            "letter or digit",
            printable(text)
        ));
    if (text.size() > name_max)
        return invalid(fmt::format(
            "'{}' is too long to name a job: {} characters, accepted are {}", text, text.size(),
            name_max
        ));
    return std::string(text);
}

Result<std::string> parse_repo(std::string_view text)
{
    const auto fits = [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; };
    if (text.empty() || !std::all_of(text.begin(), text.end(), fits))
        return invalid(fmt::format(
            "'{}' cannot be a folder of /pfs: accepted are letters, digits, '.', '_' and '-'",
            printable(text)
        ));
    if (text == "out" || text == "." || text == "..")
        return invalid(fmt::format("'{}' cannot be a folder of /pfs: the name is reserved", text));
    return std::string(text);
}

Result<std::string> parse_mount_path(std::string_view text)
{
    const std::vector<std::string> names = split(text, '/');
    const bool climbs = std::any_of(names.begin(), names.end(), [](const std::string& name) {
        return name == "." || name == "..";
    });
    const auto first = std::find_if(names.begin(), names.end(), [](const std::string& name) {
        return name != "";
    });
    constexpr std::string_view taken[] = {"pfs", "scratch", "sluice"}; // for the worker and files
    const bool is_free = first != names.end() &&
                         std::find(std::begin(taken), std::end(taken), *first) == std::end(taken);
    if (!text.starts_with('/') || climbs || !is_free)
        return invalid(fmt::format(
            "'{}' cannot hold a secret: accepted is an absolute path outside of /pfs, /scratch and "
            "/sluice",
            printable(text)
        ));
    return std::string(text);
}

std::optional<std::string> check_variable_name(std::string_view text)
{
    if (!text.empty() && text.find_first_of(std::string_view("=\0", 2)) == std::string_view::npos)
        return std::nullopt;
    return "an environment variable needs a name without '=' and NUL";
}

Result<std::string> parse_variable_name(std::string_view text)
{
    if (auto wrong = check_variable_name(text))
        return invalid(std::move(*wrong));
    return std::string(text);
}

void SecretKind::read(const Value& value, Secret& out) const
{
    if (!value.json.is_object())
        return value.refuse_type("an object");
    const bool variable = value.json.contains("key") || value.json.contains("env_var");
    const bool mount = value.json.contains("mount_path");
    if (variable == mount)
        return value.refuse(
            "needs either 'mount_path', or 'key' and 'env_var': a secret becomes files or a "
            "variable"
        );
    if (mount)
        ObjectKind<SecretMount>{}.read(value, out.emplace<SecretMount>());
    else
        ObjectKind<SecretVariable>{}.read(value, out.emplace<SecretVariable>());
}

Json SecretKind::schema() const
{
    return Json{
        {"oneOf", {ObjectKind<SecretMount>{}.schema(), ObjectKind<SecretVariable>{}.schema()}}};
}

void InputKind::read(const Value& value, Input& out) const
{
    InputForm form;
    const std::size_t before = value.problems.count();
    ObjectKind<InputForm>{}.read(value, form);
    const int given = form.atom.has_value() + form.pfs.has_value() + form.cross.has_value() +
                      form.union_.has_value();
    if (given == 0 && value.problems.count() != before)
        return; // a misspelled key: told already
    if (given != 1)
        return value.refuse(fmt::format(
            "needs exactly one of 'atom', 'pfs', 'cross' and 'union', not {}",
            given == 0 ? "none" : "several"
        ));
    if (form.cross)
        out.node = Cross{std::move(*form.cross)};
    else if (form.union_)
        out.node = Union{std::move(*form.union_)};
    else
        out.node = std::move(form.atom ? *form.atom : *form.pfs);
}

Json InputKind::definition() const
{
    Json schema = ObjectKind<InputForm>{}.schema();
    schema["minProperties"] = 1;
    schema["maxProperties"] = 1;
    return schema;
}

} // namespace sluice
