// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"
#include "base/text.h"
#include "model/schedule/tick_span.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

// Compares the ticks of cron schedules with those that cron_oracle.py finds. What stands in
// $SLUICE_CRON_ORACLE are options of that program: "--full" is the long run.

namespace sluice {
namespace {

// A line of the oracle: all that is due in a stretch of time.
struct Stretch {
    std::string zone, cron;
    TickSpan span;
    std::vector<Time> due;
};

Time time_of(const std::string& seconds)
{
    return Time(std::chrono::seconds(std::stoll(seconds)));
}

Stretch stretch_of(std::string_view line)
{
    const std::vector<std::string> parts = split(line, '|');
    Stretch stretch{parts.at(0), parts.at(1), {time_of(parts.at(2)), time_of(parts.at(3))}, {}};
    if (!parts.at(4).empty())
        for (const std::string& seconds : split(parts[4], ','))
            stretch.due.push_back(time_of(seconds));
    return stretch;
}

std::string written(const std::optional<Time>& time)
{
    return time ? format_time(*time) : "none";
}

class Comparison {
public:
    void compare(const Stretch& stretch);

    int count = 0;       // of times that were compared
    int differences = 0; // of stretches

private:
    const Zone& zone(const std::string& name);
    bool is_right_at(const Schedule& schedule, const Stretch& stretch, Time moment);

    std::map<std::string, Zone> zones_;
    SeededRandom random_{20260207};
};

const Zone& Comparison::zone(const std::string& name)
{
    const auto found = zones_.find(name);
    if (found != zones_.end())
        return found->second;
    return zones_.emplace(name, find_zone(name).value()).first->second;
}

// Next and previous from a moment within the stretch; what lies beyond it is not known.
bool Comparison::is_right_at(const Schedule& schedule, const Stretch& stretch, Time moment)
{
    const auto after = std::upper_bound(stretch.due.begin(), stretch.due.end(), moment);
    const std::optional<Time> next = next_tick(schedule, moment);
    const bool next_is_right =
        after == stretch.due.end() ? !next || *next > stretch.span.until : next == *after;

    const auto at = std::lower_bound(stretch.due.begin(), stretch.due.end(), moment);
    const std::optional<Time> previous = previous_tick(schedule, moment);
    const bool previous_is_right = at == stretch.due.begin()
                                       ? !previous || *previous <= stretch.span.after
                                       : previous == *std::prev(at);
    EXPECT_TRUE(next_is_right && previous_is_right)
        << stretch.cron << " in " << stretch.zone << " at " << format_time(moment) << ": previous "
        << written(previous) << ", next " << written(next);
    count += 2;
    return next_is_right && previous_is_right;
}

void Comparison::compare(const Stretch& stretch)
{
    const Schedule schedule{
        .ticks = CronTicks{parse_cron(stretch.cron).value(), zone(stretch.zone)}};
    const std::vector<Time> ticks = ticks_in(schedule, stretch.span, stretch.due.size() + 1);
    const auto [wrong, due] =
        std::mismatch(ticks.begin(), ticks.end(), stretch.due.begin(), stretch.due.end());
    bool is_right = ticks == stretch.due;
    EXPECT_TRUE(is_right) << stretch.cron << " in " << stretch.zone << " after "
                          << format_time(stretch.span.after) << ": "
                          << (wrong == ticks.end() ? "none" : format_time(*wrong)) << ", not "
                          << (due == stretch.due.end() ? "none" : format_time(*due));
    count += static_cast<int>(ticks.size());

    const Micros length = stretch.span.until - stretch.span.after;
    for (int i = 0; is_right && i < 3; ++i) {
        const auto part =
            static_cast<std::int64_t>(random_.next() % static_cast<std::uint64_t>(length.count()));
        is_right = is_right_at(schedule, stretch, stretch.span.after + Micros(1 + part));
    }
    differences += is_right ? 0 : 1;
}

// Calls `use` with each line that the program writes, until it returns false.
template <class Use>
int each_line(const std::string& command, const Use& use)
{
    FILE* output = ::popen(command.c_str(), "r");
    if (!output)
        return -1;
    std::string line;
    bool goes_on = true;
    for (int c = std::getc(output); goes_on && c != EOF; c = std::getc(output)) {
        if (c != '\n') {
            line += static_cast<char>(c);
            continue;
        }
        goes_on = use(line);
        line.clear();
    }
    return ::pclose(output);
}

TEST(CronOracle, all_ticks_are_those_of_the_slow_method)
{
    const char* options = std::getenv("SLUICE_CRON_ORACLE");
    const std::string command = fmt::format(
        "'{}' '{}' {}", SLUICE_PYTHON, SLUICE_CRON_ORACLE_PROGRAM, options ? options : ""
    );
    Comparison comparison;
    int stretches = 0;
    const int status = each_line(command, [&](const std::string& line) {
        comparison.compare(stretch_of(line));
        ++stretches;
        return comparison.differences < 20;
    });

    EXPECT_TRUE(comparison.differences > 0 || status == 0) << command << " failed";
    EXPECT_GT(stretches, options ? 0 : 3000);
    RecordProperty("stretches", stretches);
    RecordProperty("times", comparison.count);
    fmt::print("{} stretches, {} times\n", stretches, comparison.count);
}

} // namespace
} // namespace sluice
