// SPDX-License-Identifier: Apache-2.0
#include "sluice/trigger_rule.h"

#include "model/workflow/rule_json.h"
#include "sdk/workflows/inside.h"
#include "sluice/workflow_error.h"

#include <fmt/format.h>

#include <utility>

namespace sluice::workflows {

struct Rule::Node {
    TriggerRule rule;
};

namespace {

ValueOperator engine_operator(Operator op)
{
    switch (op) {
    case Operator::equals:
        break;
    case Operator::not_equals:
        return ValueOperator::not_equals;
    case Operator::greater_than:
        return ValueOperator::greater_than;
    case Operator::less_than:
        return ValueOperator::less_than;
    case Operator::contains:
        return ValueOperator::contains;
    case Operator::not_contains:
        return ValueOperator::not_contains;
    case Operator::exists:
        return ValueOperator::exists;
    case Operator::not_exists:
        return ValueOperator::not_exists;
    }
    return ValueOperator::equals;
}

Rule of_parts(RuleForm form, const std::vector<Rule>& rules)
{
    TriggerRule rule{.form = form};
    for (const Rule& part : rules)
        rule.parts.push_back(Inside::rule(part));
    return Inside::rule(std::move(rule));
}

Rule of_task(RuleForm form, std::string id)
{
    return Inside::rule({.form = form, .name = std::move(id)});
}

// `a && b && c` is one rule of three parts, so that long chains are not deep.
Rule joined(RuleForm form, const Rule& a, const Rule& b)
{
    TriggerRule rule = Inside::rule(a);
    if (rule.form != form) {
        TriggerRule first = std::exchange(rule, {.form = form});
        rule.parts.push_back(std::move(first));
    }
    rule.parts.push_back(Inside::rule(b));
    return Inside::rule(std::move(rule));
}

} // namespace

Rule::Rule(std::shared_ptr<const Node> node) : node_(std::move(node))
{}

Rule Rule::from_json(std::string_view document)
{
    const Result<sluice::Json> json = parse_json(document, rule_json_limits);
    if (!json)
        throw DefinitionError("not a rule: " + json.error().detail, {});
    Checked<TriggerRule> rule = read_rule(*json);
    if (rule)
        return Inside::rule(*std::move(rule));
    std::vector<std::string> problems;
    for (const Problem& problem : rule.error())
        problems.push_back(format_problem(problem));
    throw DefinitionError("not a rule", std::move(problems));
}

std::string Rule::to_json() const
{
    return dump_json(rule_json(node_->rule));
}

std::string_view name(Operator op)
{
    return sluice::name(engine_operator(op));
}

Rule always()
{
    return Inside::rule(TriggerRule{});
}

Rule all(std::vector<Rule> rules)
{
    return of_parts(RuleForm::all, rules);
}

Rule any(std::vector<Rule> rules)
{
    return of_parts(RuleForm::any, rules);
}

Rule none(std::vector<Rule> rules)
{
    return of_parts(RuleForm::none, rules);
}

Rule task_success(std::string id)
{
    return of_task(RuleForm::task_success, std::move(id));
}

Rule task_failed(std::string id)
{
    return of_task(RuleForm::task_failed, std::move(id));
}

Rule task_skipped(std::string id)
{
    return of_task(RuleForm::task_skipped, std::move(id));
}

Rule context_value(std::string key, Operator op, Json value)
{
    Result<sluice::Json> wanted = parse_json(value.text(), rule_json_limits);
    if (!wanted)
        throw DefinitionError(
            fmt::format("the value that a rule wants of '{}': {}", key, wanted.error().detail), {}
        );
    return Inside::rule(
        {.form = RuleForm::context_value,
         .name = std::move(key),
         .op = engine_operator(op),
         .value = *std::move(wanted)}
    );
}

Rule operator&&(Rule a, Rule b)
{
    return joined(RuleForm::all, a, b);
}

Rule operator||(Rule a, Rule b)
{
    return joined(RuleForm::any, a, b);
}

Rule operator!(Rule rule)
{
    return none({std::move(rule)});
}

Rule Inside::rule(TriggerRule rule)
{
    return Rule(std::make_shared<const Rule::Node>(Rule::Node{std::move(rule)}));
}

const TriggerRule& Inside::rule(const Rule& rule)
{
    return rule.node_->rule;
}

} // namespace sluice::workflows
