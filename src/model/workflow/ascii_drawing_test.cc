// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/ascii_drawing.h"

#include "base/text.h"
#include "model/workflow/definition_testing.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace sluice::ascii_drawing_test {
namespace {

std::string drawn(const WorkflowDefinition& definition)
{
    const WorkflowGraph graph(definition);
    std::vector<std::string> labels;
    for (const WorkflowTask& task : definition.tasks)
        labels.push_back(task.id);
    return ascii_drawing(graph, labels);
}

TEST(AsciiDrawing, lanes_part_and_meet)
{
    EXPECT_EQ(
        drawn(workflow(
            {task("fetch"), task("users", {"fetch"}), task("orders", {"fetch"}),
             task("join", {"users", "orders"}), task("report", {"join"}), task("audit", {"fetch"}),
             task("mail", {"report", "audit"})}
        )),
        R"(o  fetch
+--.--.
o  |  |  users
|  o  |  orders
+--'  |
o     |  join
o     |  report
|     o  audit
+-----'
o  mail
)"
    );
}

TEST(AsciiDrawing, a_lane_that_is_crossed_goes_on)
{
    EXPECT_EQ(
        drawn(workflow(
            {task("a"), task("b", {"a"}), task("c", {"a"}), task("d", {"a"}), task("e", {"b", "d"}),
             task("f", {"c", "e"})}
        )),
        R"(o  a
+--.--.
o  |  |  b
|  o  |  c
|  |  o  d
+--|--'
o  |  e
+--'
o  f
)"
    );
}

TEST(AsciiDrawing, tasks_that_have_nothing_to_do_with_each_other_do_not_touch)
{
    EXPECT_EQ(drawn(workflow({task("a"), task("b"), task("c")})), "o  a\n\no  b\n\no  c\n");
    EXPECT_EQ(
        drawn(workflow({task("a"), task("b"), task("c", {"a"}), task("d", {"b"})})),
        "o  a\n|  o  b\no  |  c\n   o  d\n"
    );
}

TEST(AsciiDrawing, what_is_too_wide_for_a_screen_is_a_list)
{
    WorkflowDefinition definition = workflow({task("root")});
    WorkflowTask last = task("last");
    for (int i = 0; i < 25; ++i) {
        definition.tasks.push_back(task(fmt::format("t{}", i), {"root"}));
        last.dependencies.push_back(fmt::format("t{}", i));
    }
    definition.tasks.push_back(last);

    const std::string text = drawn(definition);

    EXPECT_TRUE(text.starts_with("root\nt0 <- root\nt1 <- root\n")) << text;
    EXPECT_TRUE(text.ends_with("last <- " + join(last.dependencies, ", ") + "\n")) << text;
}

// Reads a drawing as a person does: follows each lane from task to task.
class Reader {
public:
    std::set<std::pair<std::string, std::string>> dependencies; // parent, child

    void read(std::string_view line)
    {
        const std::size_t task = line.find('o');
        const std::string_view lanes = line.substr(0, std::min(line.size(), last_lane(line) + 1));
        for (auto from = from_.begin(); from != from_.end();) {
            const bool goes_on = from->first < lanes.size() && lanes[from->first] != ' ';
            from = goes_on ? std::next(from) : from_.erase(from);
        }
        if (task != std::string_view::npos)
            read_task(task, line.substr(line.rfind(' ') + 1));
        else if (const std::size_t tie = lanes.find('+'); tie != std::string_view::npos)
            read_tie(tie, lanes);
    }

private:
    static std::size_t last_lane(std::string_view line)
    {
        const std::size_t name = line.find('t');
        return line.substr(0, name).find_last_of("|o+.'");
    }

    void read_task(std::size_t lane, std::string_view name)
    {
        for (const std::string& parent : from_[lane])
            dependencies.emplace(parent, name);
        from_[lane] = {std::string(name)};
    }

    void read_tie(std::size_t tie, std::string_view lanes)
    {
        for (std::size_t i = tie + 1; i < lanes.size(); ++i) {
            if (lanes[i] == '.')
                from_[i] = from_[tie];
            if (lanes[i] != '\'')
                continue;
            from_[tie].merge(from_[i]);
            from_.erase(i);
        }
    }

    std::map<std::size_t, std::set<std::string>> from_; // column → the tasks that lead here
};

TEST(AsciiDrawing, a_drawing_says_the_same_as_its_graph)
{
    int drawings = 0;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        SeededRandom random(seed);
        const ParentPlaces parents = random_parents(1 + random.next() % 14, random);
        const std::string text = drawn(workflow_of(parents));
        if (text.find('o') == std::string::npos)
            continue;
        ++drawings;
        Reader reader;
        for (const std::string& line : split(text, '\n'))
            reader.read(line);
        std::set<std::pair<std::string, std::string>> expected;
        for (TaskPlace task = 0; task < parents.size(); ++task)
            for (const TaskPlace parent : parents[task])
                expected.emplace(fmt::format("t{}", parent), fmt::format("t{}", task));
        EXPECT_EQ(reader.dependencies, expected) << "seed " << seed << "\n" << text;
    }
    EXPECT_GT(drawings, 400);
}

} // namespace
} // namespace sluice::ascii_drawing_test
