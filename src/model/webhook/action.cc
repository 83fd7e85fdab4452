// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/action.h"

#include "base/text.h"
#include "base/uid.h"
#include "model/webhook/action_fields.h"

namespace sluice {

namespace {

Result<std::string> parse_reference(std::string_view text)
{
    if (const std::optional<Uid> uid = parse_uid(text))
        return format_uid(*uid);
    return Error{Errc::invalid, fmt::format("'{}' is not a UUID", printable(text.substr(0, 60)))};
}

void read_reference(const Value& value, Action& out)
{
    ObjectReader reader(value);
    reader.required("ref", out.ref, ParsedKind<std::string>{parse_reference});
    for (const std::string_view key : {"kind", "params", "retry", "timeout", "when"}) {
        const Json* member = reader.find(key);
        if (member && !member->is_null())
            value.problems.add(
                Path(value.path, key), "must not stand beside 'ref', which is a whole action"
            );
    }
}

} // namespace

std::string_view http_method(Verb verb)
{
    constexpr EnumNames<Verb, 5> methods{
        {{Verb::get, "GET"},
         {Verb::post, "POST"},
         {Verb::put, "PUT"},
         {Verb::patch, "PATCH"},
         {Verb::delete_, "DELETE"}}};
    return methods.name(verb);
}

void read_action(const Value& value, Action& out, const ActionRules& rules)
{
    NestedActionKind{ActionContext{rules}}.read(value, out);
}

Checked<Action> read_action(const Json& document, const ActionRules& rules)
{
    Action action;
    Problems problems;
    const Path root;
    read_action(Value{document, root, problems}, action, rules);
    if (!problems.empty())
        return problems.take();
    return action;
}

void NestedActionKind::read(const Value& value, Action& out) const
{
    const bool is_object = value.json.is_object();
    const auto ref = is_object ? value.json.find("ref") : value.json.end();
    if (is_object && ref != value.json.end() && !ref->is_null())
        return read_reference(value, out);
    read_members(value, out, context);
}

void TimeoutKind::read(const Value& value, std::chrono::seconds& out) const
{
    std::int64_t seconds = 1;
    IntegerKind{1, max.count()}.read(value, seconds);
    out = std::chrono::seconds(seconds);
}

} // namespace sluice
