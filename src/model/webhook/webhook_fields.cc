// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/action_fields.h"
#include "model/webhook/template_check.h"

namespace sluice {

namespace {

std::string too_long(std::size_t bytes, std::size_t bytes_max)
{
    return fmt::format("must be at most {} bytes long, not {}", bytes_max, bytes);
}

std::vector<std::string> check_webhook(const Webhook& webhook, const Json& metadata)
{
    std::vector<std::string> wrong;
    if (const auto why = check_url_template(webhook.url, &metadata))
        wrong.push_back("url: " + *why);
    if (webhook.body) {
        const std::vector<std::string> lines = check_body_templates(*webhook.body, &metadata);
        for (const std::string& why : lines)
            wrong.push_back("body: " + why);
    }
    for (const HeaderLine& line : webhook.headers)
        if (const auto why = check_template(line.value, &metadata))
            wrong.push_back(fmt::format("headers.{}: {}", line.name, *why));
    return wrong;
}

} // namespace

void WebhookKind::read(const Value& value, Webhook& out) const
{
    Problems inner;
    const Path root;
    read_members(Value{value.json, root, inner}, out, context);
    const std::vector<Problem> problems = inner.take();
    for (const Problem& problem : problems)
        value.refuse(format_problem(problem));
}

void UrlKind::read(const Value& value, std::string& out) const
{
    const std::size_t before = value.problems.count();
    TextKind{1}.read(value, out);
    if (value.problems.count() != before)
        return;
    if (out.size() > rules.limits.url_bytes_max)
        return value.refuse(too_long(out.size(), rules.limits.url_bytes_max));
    if (auto wrong = check_url_template(out, rules.metadata))
        return value.refuse(std::move(*wrong));
    if (auto wrong = rules.check_url ? rules.check_url(sample_of_template(out)) : std::nullopt)
        value.refuse(std::move(*wrong));
}

void BodyKind::read(const Value& value, Json& out) const
{
    const std::size_t bytes = dump_json(value.json).size();
    if (bytes > rules.limits.body_bytes_max)
        return value.refuse(too_long(bytes, rules.limits.body_bytes_max));
    out = value.json;
    const std::vector<std::string> wrong = check_body_templates(value.json, rules.metadata);
    for (const std::string& line : wrong)
        value.refuse(line);
}

void HeadersKind::read(const Value& value, std::vector<HeaderLine>& out) const
{
    const ActionLimits& limits = rules.limits;
    if (!value.json.is_object())
        return value.refuse_type("an object");
    if (value.json.size() > limits.headers_max)
        return value.refuse(fmt::format("must not hold more than {} headers", limits.headers_max));
    for (const auto& [name, member] : value.json.items()) {
        if (name.size() > limits.header_name_bytes_max) {
            value.refuse("a name " + too_long(name.size(), limits.header_name_bytes_max));
            continue;
        }
        const Path path(value.path, name);
        const Value line{member, path, value.problems};
        if (auto wrong = check_header_name(name))
            line.refuse(std::move(*wrong));
        HeaderValueKind{rules}.read(line, out.emplace_back(HeaderLine{name, {}}).value);
    }
}

void HeaderValueKind::read(const Value& value, std::string& out) const
{
    const std::size_t before = value.problems.count();
    TextKind{}.read(value, out);
    if (value.problems.count() != before)
        return;
    if (out.size() > rules.limits.header_value_bytes_max)
        return value.refuse(too_long(out.size(), rules.limits.header_value_bytes_max));
    if (auto wrong = check_header_value(out))
        value.refuse(std::move(*wrong));
    if (auto wrong = check_template(out, rules.metadata))
        value.refuse(std::move(*wrong));
}

std::vector<std::string> check_templates(const Action& action, const Json& metadata)
{
    std::vector<std::string> wrong = check_webhook(action.params, metadata);
    for (std::size_t i = 0; i < action.when.size(); ++i)
        for (std::size_t k = 0; k < action.when[i].actions.size(); ++k) {
            const std::vector<std::string> inner =
                check_templates(action.when[i].actions[k], metadata);
            for (const std::string& why : inner)
                wrong.push_back(fmt::format("when[{}].then[{}]: {}", i, k, why));
        }
    return wrong;
}

} // namespace sluice
