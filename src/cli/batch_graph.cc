// SPDX-License-Identifier: Apache-2.0
// Draws the tasks of a batch as a tree. Each task stands once, below the first of its parents; the
// others are named beside it, so that a graph has as many lines as tasks however dense it is.
#include "base/text.h"
#include "cli/batch.h"
#include "cli/server_port.h"

#include <fmt/format.h>

#include <unordered_map>

namespace sluice {

namespace {

constexpr std::size_t depth_drawn_max = 30; // below it, lines are not indented further
constexpr std::size_t parents_named_max = 3;

struct Node {
    const Json* task = nullptr;
    std::vector<std::size_t> children; // that stand below it
    std::vector<std::string> parents;  // the names of those that it does not stand below
    std::string condition;             // on the one that it does, where it is not success
    bool is_below = false;
};

std::string text_at(const Json& object, std::string_view name)
{
    const Json& value = member(object, name);
    return value.is_string() ? value.get<std::string>() : dump_json(value);
}

std::string condition_of(const Json& link)
{
    const std::string condition = text_at(link, "condition");
    return condition == "on_success" ? "" : condition;
}

class Tree {
public:
    explicit Tree(const Json& graph)
    {
        for (const Json& task : member(graph, "tasks")) {
            places_[text_at(task, "id")] = nodes_.size();
            nodes_.emplace_back().task = &task;
        }
        for (const Json& link : member(graph, "links"))
            add(link);
    }

    void print_all() const
    {
        std::vector<Step> steps;
        for (std::size_t i = nodes_.size(); i-- > 0;)
            if (!nodes_[i].is_below)
                steps.push_back({i, "", "", 0});
        while (!steps.empty()) {
            const Step step = std::move(steps.back());
            steps.pop_back();
            print(step.lead + label(nodes_[step.node]));
            push_children(step, steps);
        }
    }

private:
    struct Step {
        std::size_t node;
        std::string lead;       // before its own label
        std::string lead_below; // before those of what stands below it
        std::size_t depth;
    };

    void add(const Json& link);
    void push_children(const Step& step, std::vector<Step>& steps) const;
    static std::string label(const Node& node);

    std::vector<Node> nodes_;
    std::unordered_map<std::string, std::size_t> places_; // by the tasks' ids
};

void Tree::add(const Json& link)
{
    const std::string parent_id = text_at(link, "parent_id");
    const auto child = places_.find(text_at(link, "child_id"));
    if (child == places_.end())
        return;
    const auto parent = places_.find(parent_id);
    const bool is_here = parent != places_.end(); // else it belongs to another batch
    Node& node = nodes_[child->second];
    const std::string name = is_here ? text_at(*nodes_[parent->second].task, "name") : parent_id;
    const std::string condition = condition_of(link);
    if (is_here && !node.is_below) {
        node.is_below = true;
        node.condition = condition;
        nodes_[parent->second].children.push_back(child->second);
        return;
    }
    node.parents.push_back(condition.empty() ? name : fmt::format("{} ({})", name, condition));
}

void Tree::push_children(const Step& step, std::vector<Step>& steps) const
{
    const std::vector<std::size_t>& children = nodes_[step.node].children;
    const bool is_drawn = step.depth < depth_drawn_max;
    for (std::size_t i = children.size(); i-- > 0;) {
        const bool is_last = i + 1 == children.size();
        const std::string lead = step.lead_below + (is_last ? "└─ " : "├─ ");
        const std::string below =
            is_drawn ? step.lead_below + (is_last ? "   " : "│  ") : step.lead_below;
        steps.push_back({children[i], lead, below, step.depth + 1});
    }
}

std::string Tree::label(const Node& node)
{
    std::string parents;
    for (std::size_t i = 0; i < node.parents.size() && i < parents_named_max; ++i)
        parents += (i == 0 ? ", after " : ", ") + node.parents[i];
    if (node.parents.size() > parents_named_max)
        parents += fmt::format(" and {} more", node.parents.size() - parents_named_max);
    const std::string status = text_at(*node.task, "status");
    const std::string condition = node.condition.empty() ? "" : fmt::format(", {}", node.condition);
    std::string line = printable(text_at(*node.task, "name"));
    line += " [" + tinted(printable(status), tint_of_status(status)) + ']';
    line += printable(condition + parents) + ' ';
    return line + tinted(printable(text_at(*node.task, "id")), Tint::faint);
}

} // namespace

void show_graph(OutputFormat format, const Json& graph)
{
    const Json& tasks = member(graph, "tasks");
    if (format == OutputFormat::json || format == OutputFormat::yaml)
        return print_document(format, graph);
    if (tasks.empty())
        return complain("there is no such batch, or none of its tasks is left");
    if (format == OutputFormat::table)
        return Tree(graph).print_all();
    for (const Json& task : tasks)
        print(printable(text_at(task, "id")));
}

} // namespace sluice
