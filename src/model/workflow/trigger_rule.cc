// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/trigger_rule.h"

#include "base/enum_names.h"
#include "base/text.h"
#include "model/validation.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

constexpr EnumNames<RuleForm, 8> forms{
    {{RuleForm::always, "always"},
     {RuleForm::all, "all"},
     {RuleForm::any, "any"},
     {RuleForm::none, "none"},
     {RuleForm::task_success, "task_success"},
     {RuleForm::task_failed, "task_failed"},
     {RuleForm::task_skipped, "task_skipped"},
     {RuleForm::context_value, "context_value"}}};

constexpr std::size_t shown_parts_max = 3;
constexpr std::size_t shown_bytes_max = 1000;

bool is_combination(RuleForm form)
{
    return form == RuleForm::all || form == RuleForm::any || form == RuleForm::none;
}

bool names_task(RuleForm form)
{
    return form == RuleForm::task_success || form == RuleForm::task_failed ||
           form == RuleForm::task_skipped;
}

bool has_ended_so(RuleForm form, TaskState end)
{
    switch (form) {
    case RuleForm::task_success:
        return end == TaskState::succeeded;
    case RuleForm::task_failed:
        return end == TaskState::failed || end == TaskState::canceled;
    default:
        return end == TaskState::skipped;
    }
}

const Json* member(const Json& input, const std::string& key)
{
    const auto found = input.find(key);
    return found == input.end() ? nullptr : &*found;
}

std::string shortened(std::string text)
{
    if (text.size() <= shown_bytes_max)
        return text;
    std::size_t cut = shown_bytes_max;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80)
        --cut;
    return text.substr(0, cut) + "…";
}

void collect_tasks(const TriggerRule& rule, std::vector<std::string>& names)
{
    if (names_task(rule.form) && std::find(names.begin(), names.end(), rule.name) == names.end())
        names.push_back(rule.name);
    for (const TriggerRule& part : rule.parts)
        collect_tasks(part, names);
}

// What a condition was judged by: "failed", "n is the number 3".
std::string fact_about(const TriggerRule& rule, const RuleFacts& facts)
{
    if (rule.form == RuleForm::context_value) {
        const Json* const value = member(facts.input, rule.name);
        return value ? fmt::format("it is {}", describe_value(*value)) : "there is no such key";
    }
    const auto end = facts.ends.find(rule.name);
    return end == facts.ends.end() ? "not known" : std::string(name(end->second));
}

std::string explain(const TriggerRule& rule, const RuleFacts& facts);

// At most three parts are told; the rest is counted.
std::string explain_all(const std::vector<TriggerRule>& parts, const RuleFacts& facts)
{
    std::vector<std::string> told;
    for (std::size_t i = 0; i < std::min(parts.size(), shown_parts_max); ++i)
        told.push_back(explain(parts[i], facts));
    std::string text = join(told, ", ");
    if (parts.size() > shown_parts_max)
        text += fmt::format(" and {} more", parts.size() - shown_parts_max);
    return text;
}

// Why the rule is true or false: the part that decides alone, else all of them.
std::string explain(const TriggerRule& rule, const RuleFacts& facts)
{
    const bool holds = is_true(rule, facts);
    if (!is_combination(rule.form)) {
        const std::string fact =
            rule.form == RuleForm::always ? "" : fmt::format(" ({})", fact_about(rule, facts));
        return fmt::format("{} is {}{}", describe_rule(rule), holds, fact);
    }
    if (rule.parts.empty())
        return fmt::format("{}() is {}", name(rule.form), holds);

    const bool wanted = rule.form != RuleForm::all; // the verdict of a part that decides alone
    for (const TriggerRule& part : rule.parts)
        if (is_true(part, facts) == wanted && holds == (rule.form == RuleForm::any))
            return explain(part, facts);
    return explain_all(rule.parts, facts);
}

} // namespace

std::string_view name(RuleForm form)
{
    return forms.name(form);
}

std::string describe_rule(const TriggerRule& rule)
{
    if (names_task(rule.form))
        return fmt::format("{}({})", name(rule.form), rule.name);
    if (rule.form == RuleForm::context_value) {
        const bool has_value =
            rule.op != ValueOperator::exists && rule.op != ValueOperator::not_exists;
        const std::string value = has_value ? ", " + shortened(dump_json(rule.value)) : "";
        return fmt::format("{}({}, {}{})", name(rule.form), rule.name, name(rule.op), value);
    }
    std::vector<std::string> parts;
    for (const TriggerRule& part : rule.parts)
        parts.push_back(describe_rule(part));
    return fmt::format("{}({})", name(rule.form), join(parts, ", "));
}

std::vector<std::string> named_tasks(const TriggerRule& rule)
{
    std::vector<std::string> names;
    collect_tasks(rule, names);
    return names;
}

std::size_t depth_of(const TriggerRule& rule)
{
    std::size_t deepest = 0;
    for (const TriggerRule& part : rule.parts)
        deepest = std::max(deepest, depth_of(part));
    return deepest + 1;
}

bool is_true(const TriggerRule& rule, const RuleFacts& facts)
{
    const auto holds = [&facts](const TriggerRule& part) { return is_true(part, facts); };
    switch (rule.form) {
    case RuleForm::always:
        return true;
    case RuleForm::all:
        return std::all_of(rule.parts.begin(), rule.parts.end(), holds);
    case RuleForm::any:
        return std::any_of(rule.parts.begin(), rule.parts.end(), holds);
    case RuleForm::none:
        return std::none_of(rule.parts.begin(), rule.parts.end(), holds);
    case RuleForm::context_value:
        return is_value(member(facts.input, rule.name), rule.op, rule.value);
    default:
        break;
    }
    const auto end = facts.ends.find(rule.name);
    return end != facts.ends.end() && has_ended_so(rule.form, end->second);
}

RuleVerdict judge(const TriggerRule& rule, const RuleFacts& facts)
{
    if (is_true(rule, facts))
        return {.holds = true};
    return {.reason = shortened("the rule does not hold: " + explain(rule, facts))};
}

} // namespace sluice
