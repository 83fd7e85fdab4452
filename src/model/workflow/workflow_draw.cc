// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/workflow_draw.h"

#include "base/enum_names.h"
#include "base/text.h"
#include "model/workflow/ascii_drawing.h"
#include "model/workflow/workflow_graph.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr EnumNames<DrawFormat, 4> formats{
    {{DrawFormat::json, "json"},
     {DrawFormat::dot, "dot"},
     {DrawFormat::mermaid, "mermaid"},
     {DrawFormat::ascii, "ascii"}}};

std::string dot_quoted(std::string_view text)
{
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

// Mermaid reads entities by name, with '#' for '&'.
std::string mermaid_text(std::string_view text)
{
    std::string escaped;
    for (const char c : text)
        switch (c) {
        case '"':
            escaped += "#quot;";
            break;
        case '#':
            escaped += "#35;";
            break;
        case '&':
            escaped += "#amp;";
            break;
        case '<':
            escaped += "#lt;";
            break;
        case '>':
            escaped += "#gt;";
            break;
        default:
            escaped += c;
        }
    return escaped;
}

std::string rule_text(const WorkflowTask& task)
{
    return task.rule ? printable(describe_rule(*task.rule)) : "";
}

std::string draw_dot(const WorkflowDefinition& definition)
{
    std::string text = fmt::format("digraph {} {{\n", dot_quoted(definition.name.workflow));
    text += "    rankdir=LR;\n    node [shape=box];\n";
    for (const WorkflowTask& task : definition.tasks) {
        const std::string rule = rule_text(task);
        const std::string tip = rule.empty() ? "" : fmt::format(" [xlabel={}]", dot_quoted(rule));
        text += fmt::format("    {}{};\n", dot_quoted(task.id), tip);
    }
    for (const WorkflowTask& task : definition.tasks)
        for (const std::string& dependency : task.dependencies)
            text += fmt::format("    {} -> {};\n", dot_quoted(dependency), dot_quoted(task.id));
    return text + "}\n";
}

// Nodes are numbered: an id may be a word of the language ("end").
std::string draw_mermaid(const WorkflowDefinition& definition)
{
    const WorkflowGraph graph(definition);
    std::string text = "flowchart LR\n";
    for (TaskPlace task = 0; task < graph.size(); ++task) {
        const std::string rule = rule_text(definition.tasks[task]);
        const std::string line = rule.empty() ? "" : "<br/>" + mermaid_text(rule);
        text += fmt::format("    t{}[\"{}{}\"]\n", task, mermaid_text(graph.id(task)), line);
    }
    for (TaskPlace task = 0; task < graph.size(); ++task)
        for (const TaskPlace parent : graph.dependencies(task))
            text += fmt::format("    t{} --> t{}\n", parent, task);
    return text;
}

std::string draw_ascii(const WorkflowDefinition& definition)
{
    const WorkflowGraph graph(definition);
    std::vector<std::string> labels;
    for (const WorkflowTask& task : definition.tasks) {
        const std::string rule = rule_text(task);
        labels.push_back(rule.empty() ? task.id : fmt::format("{}  if {}", task.id, rule));
    }
    return ascii_drawing(graph, labels);
}

} // namespace

std::string_view name(DrawFormat format)
{
    return formats.name(format);
}

std::optional<DrawFormat> draw_format(std::string_view name)
{
    return formats.find(name);
}

std::string draw(const WorkflowDefinition& definition, DrawFormat format)
{
    switch (format) {
    case DrawFormat::json:
        return dump_json_pretty(definition_json(definition)) + "\n";
    case DrawFormat::dot:
        return draw_dot(definition);
    case DrawFormat::mermaid:
        return draw_mermaid(definition);
    case DrawFormat::ascii:
        break;
    }
    return draw_ascii(definition);
}

} // namespace sluice
