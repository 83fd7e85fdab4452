// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/ascii_drawing.h"

#include "base/text.h"

#include <algorithm>
#include <optional>

namespace sluice {

namespace {

constexpr std::size_t lane_width = 3;

class Drawing {
public:
    Drawing(const WorkflowGraph& graph, std::span<const std::string> labels)
        : graph_(graph), labels_(labels), position_(graph.size())
    {
        for (std::size_t i = 0; i < graph.size(); ++i)
            position_[graph.topological_sort()[i]] = i;
    }

    // Nothing when it gets too wide.
    std::optional<std::string> draw()
    {
        for (const TaskPlace task : graph_.topological_sort()) {
            const std::size_t lane = join_lanes(task);
            draw_task(task, lane);
            split_lane(task, lane);
            if (lanes_.size() > lanes_max)
                return std::nullopt;
        }
        return text_;
    }

private:
    // One line with what goes on in every lane.
    std::string lines() const
    {
        std::string line(lanes_.size() * lane_width, ' ');
        for (std::size_t lane = 0; lane < lanes_.size(); ++lane)
            if (lanes_[lane])
                line[lane * lane_width] = '|';
        return line;
    }

    void put(std::string line)
    {
        line.erase(line.find_last_not_of(' ') + 1);
        text_ += line + '\n';
    }

    // A line that ties `others`, ascending and right of `lane`, to it.
    void put_tie(std::size_t lane, const std::vector<std::size_t>& others, char corner)
    {
        std::string line = lines();
        for (std::size_t i = lane * lane_width; i < others.back() * lane_width; ++i)
            if (line[i] == ' ')
                line[i] = '-';
        line[lane * lane_width] = '+';
        for (const std::size_t other : others)
            line[other * lane_width] = corner;
        put(std::move(line));
    }

    std::size_t free_lane(std::size_t from)
    {
        const auto begin = lanes_.begin() + static_cast<std::ptrdiff_t>(from);
        const auto free = std::find(begin, lanes_.end(), std::nullopt);
        const auto lane = static_cast<std::size_t>(free - lanes_.begin());
        if (lane == lanes_.size())
            lanes_.emplace_back();
        return lane;
    }

    // Below a task that leads nowhere a line is left out, or it would seem to lead to this one.
    std::size_t start_lane()
    {
        const std::size_t lane = free_lane(0);
        if (lane == ended_)
            put(lines());
        return lane;
    }

    // The lanes that lead to the task become the leftmost of them.
    std::size_t join_lanes(TaskPlace task)
    {
        std::vector<std::size_t> leading;
        for (std::size_t lane = 0; lane < lanes_.size(); ++lane)
            if (lanes_[lane] == task)
                leading.push_back(lane);
        if (leading.empty())
            return start_lane();
        const std::size_t first = leading.front();
        leading.erase(leading.begin());
        if (leading.empty())
            return first;
        put_tie(first, leading, '\'');
        for (const std::size_t lane : leading)
            lanes_[lane].reset();
        trim();
        return first;
    }

    void draw_task(TaskPlace task, std::size_t lane)
    {
        lanes_[lane] = task;
        std::string line = lines();
        line[lane * lane_width] = 'o';
        put(line + labels_[task]);
    }

    // The lane goes on to the dependent that comes next, new ones lead to the others.
    void split_lane(TaskPlace task, std::size_t lane)
    {
        TaskPlaces dependents = graph_.dependents(task);
        std::sort(dependents.begin(), dependents.end(), [this](TaskPlace a, TaskPlace b) {
            return position_[a] < position_[b];
        });
        lanes_[lane].reset();
        ended_ = dependents.empty() ? std::optional(lane) : std::nullopt;
        std::vector<std::size_t> news;
        for (const TaskPlace dependent : dependents) {
            const std::size_t leads = free_lane(lane);
            lanes_[leads] = dependent;
            if (leads != lane)
                news.push_back(leads);
        }
        if (!news.empty())
            put_tie(lane, news, '.');
        trim();
    }

    void trim()
    {
        while (!lanes_.empty() && !lanes_.back())
            lanes_.pop_back();
    }

    const WorkflowGraph& graph_;
    std::span<const std::string> labels_;
    std::vector<std::size_t> position_;           // in the order of drawing
    std::vector<std::optional<TaskPlace>> lanes_; // the task that each leads to
    std::optional<std::size_t> ended_;            // the lane of the task above, if it leads nowhere
    std::string text_;
};

std::string list_of(const WorkflowGraph& graph, std::span<const std::string> labels)
{
    std::string text;
    for (const TaskPlace task : graph.topological_sort()) {
        text += labels[task];
        if (const TaskPlaces& parents = graph.dependencies(task); !parents.empty())
            text += " <- " + join(graph.ids(parents), ", ");
        text += '\n';
    }
    return text;
}

} // namespace

std::string ascii_drawing(const WorkflowGraph& graph, std::span<const std::string> labels)
{
    const std::optional<std::string> drawing = Drawing(graph, labels).draw();
    return drawing ? *drawing : list_of(graph, labels);
}

} // namespace sluice
