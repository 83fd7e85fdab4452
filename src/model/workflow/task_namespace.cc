// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/task_namespace.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace sluice {

namespace {

constexpr std::string_view separator = "::";
constexpr std::string_view queue_prefix = "workflow/";
constexpr std::array<std::string_view, 4> part_names{"tenant", "package", "workflow", "task"};

std::vector<std::string_view> parts_of(std::string_view text)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + separator.size());
    }
}

bool is_control(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// The parts of `text`, one for each of `names`.
Result<std::vector<std::string>>
read_parts(std::string_view text, std::span<const std::string_view> names)
{
    const std::vector<std::string_view> parts = parts_of(text);
    if (parts.size() != names.size())
        return Error{
            Errc::invalid, fmt::format(
                               "the name '{}' has {} part(s); '{}' is accepted", printable(text),
                               parts.size(), fmt::join(names, separator)
                           )};
    for (std::size_t i = 0; i < parts.size(); ++i)
        if (const std::optional<std::string> problem = name_problem(names[i], parts[i]))
            return Error{Errc::invalid, *problem};
    return std::vector<std::string>(parts.begin(), parts.end());
}

} // namespace

std::string WorkflowNamespace::text() const
{
    return tenant + "::" + package + "::" + workflow;
}

std::string TaskNamespace::text() const
{
    return workflow.text() + "::" + task;
}

TaskNamespace TaskNamespace::parent() const
{
    return {.workflow = workflow};
}

bool TaskNamespace::is_child_of(const TaskNamespace& other) const
{
    return workflow == other.workflow && !task.empty() && other.task.empty();
}

bool TaskNamespace::is_sibling_of(const TaskNamespace& other) const
{
    return workflow == other.workflow && task != other.task && !task.empty() && !other.task.empty();
}

std::optional<std::string> name_problem(std::string_view what, std::string_view name)
{
    if (name.empty())
        return fmt::format("the {} is empty", what);
    const std::string shown = printable(name.substr(0, name_part_bytes_max));
    if (name.size() > name_part_bytes_max)
        return fmt::format(
            "the {} '{}…' has {} bytes; {} are allowed", what, shown, name.size(),
            name_part_bytes_max
        );
    if (!is_utf8(name))
        return fmt::format("the {} '{}' is not UTF-8", what, shown);
    if (std::any_of(name.begin(), name.end(), is_control))
        return fmt::format("the {} '{}' contains a control character", what, shown);
    // A colon at an end would make "a:" + "::" + "b" read as "a" and ":b".
    if (name.find(separator) != std::string_view::npos)
        return fmt::format("the {} '{}' contains '::', which separates names", what, shown);
    if (name.front() == ':' || name.back() == ':')
        return fmt::format("the {} '{}' begins or ends with ':'", what, shown);
    return std::nullopt;
}

Result<WorkflowNamespace> parse_workflow_namespace(std::string_view text)
{
    Result<std::vector<std::string>> parts = read_parts(text, std::span(part_names).first(3));
    if (!parts)
        return parts.error();
    return WorkflowNamespace{(*parts)[0], (*parts)[1], (*parts)[2]};
}

Result<TaskNamespace> parse_task_namespace(std::string_view text)
{
    Result<std::vector<std::string>> parts = read_parts(text, part_names);
    if (!parts)
        return parts.error();
    return TaskNamespace{{(*parts)[0], (*parts)[1], (*parts)[2]}, (*parts)[3]};
}

std::string workflow_queue(const WorkflowNamespace& name)
{
    return std::string(queue_prefix) + name.text();
}

std::optional<WorkflowNamespace> workflow_of_queue(std::string_view queue)
{
    if (!queue.starts_with(queue_prefix))
        return std::nullopt;
    Result<WorkflowNamespace> name = parse_workflow_namespace(queue.substr(queue_prefix.size()));
    return name ? std::optional(std::move(*name)) : std::nullopt;
}

} // namespace sluice
