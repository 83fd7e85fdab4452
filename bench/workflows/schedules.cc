// SPDX-License-Identifier: Apache-2.0
#include "measuring.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <mutex>
#include <numeric>
#include <string>

namespace workflow_bench {

using namespace sluice::workflows;

namespace {

// When the bodies of runs of schedules have begun, after the time that they were due.
class Lateness {
public:
    void note(const Context& context)
    {
        const auto late = std::chrono::system_clock::now() - due_of(context);
        const std::scoped_lock lock(mutex_);
        millis_.push_back(std::chrono::duration<double, std::milli>(late).count());
        begun_.add();
    }

    // Of the first so many. Waits for them.
    std::vector<double> first(std::size_t count, std::chrono::seconds limit)
    {
        begun_.wait_for(count, limit, "runs of schedules have begun");
        const std::scoped_lock lock(mutex_);
        return {millis_.begin(), millis_.begin() + static_cast<std::ptrdiff_t>(count)};
    }

private:
    // "2026-05-01T10:30:00Z", without a fraction.
    static std::chrono::system_clock::time_point due_of(const Context& context)
    {
        const std::string text = context.require<std::string>("scheduled_time");
        std::tm parts{};
        const int read = std::sscanf(
            text.c_str(), "%d-%d-%dT%d:%d:%dZ", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
            &parts.tm_hour, &parts.tm_min, &parts.tm_sec
        );
        expect(read == 6, "no time: " + text);
        parts.tm_year -= 1900;
        --parts.tm_mon;
        return std::chrono::system_clock::from_time_t(timegm(&parts));
    }

    std::mutex mutex_;
    std::vector<double> millis_;
    Counter begun_;
};

Workflow noting(const std::string& name, Lateness& lateness)
{
    return WorkflowBuilder(name)
        .task("note", [&lateness](const Context& context) { lateness.note(context); })
        .build();
}

// Every other second, one schedule for each of 100 workflows.
std::vector<double> lateness_of_few(const Options& options)
{
    const std::size_t rounds = or_default(options.seconds, 40) / 2;
    constexpr std::size_t count = 100;
    Lateness lateness;
    Runner runner(options.url, {.max_concurrent_tasks = places});
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < count; ++i) {
        const Workflow workflow = noting("few-" + std::to_string(i), lateness);
        runner.add(workflow);
        ids.push_back(runner.cron().add({workflow.name(), "*/2 * * * * *"}));
    }
    // While they are added, the first of them run already: two rounds are left out.
    std::vector<double> late = lateness.first(count * (rounds + 2), std::chrono::minutes(2));
    for (const std::string& id : ids)
        runner.cron().remove(id);
    late.erase(late.begin(), late.begin() + 2 * count);
    return late;
}

// Expressions of the same second of this year, by the order in which they name its months; no two
// are the same, as two schedules of one workflow must not be.
std::vector<std::string> spellings(std::chrono::system_clock::time_point due, std::size_t count)
{
    const std::time_t time = std::chrono::system_clock::to_time_t(due);
    std::tm parts{};
    gmtime_r(&time, &parts);
    const std::string begin = std::to_string(parts.tm_sec) + ' ' + std::to_string(parts.tm_min) +
                              ' ' + std::to_string(parts.tm_hour) + ' ' +
                              std::to_string(parts.tm_mday) + ' ';
    std::vector<int> months(12);
    std::iota(months.begin(), months.end(), 1);
    std::vector<std::string> all;
    for (std::size_t i = 0; i < count; ++i) {
        std::string list;
        for (const int month : months)
            list += (list.empty() ? "" : ",") + std::to_string(month);
        all.push_back(begin + list + " *");
        std::next_permutation(months.begin(), months.end());
    }
    return all;
}

// Seconds that this took.
double add_all(CronSchedules cron, const std::vector<std::string>& expressions)
{
    const Clock::time_point begin = Clock::now();
    for_each(expressions.size(), 2 * clients_default, [&](std::size_t i) {
        cron.add({"many", expressions[i]});
    });
    return seconds_since(begin);
}

std::vector<double> lateness_of_many(const Options& options, std::size_t count)
{
    Lateness lateness;
    const Workflow workflow = noting("many", lateness);
    std::chrono::system_clock::time_point due;
    {
        // Fires nothing: they are to be due with nothing else to do. How long it takes to add them
        // is found out with some that are due in ten days.
        Runner runner(options.url, {.max_concurrent_tasks = places, .cron = {.enabled = false}});
        runner.add(workflow);
        const auto now = std::chrono::system_clock::now();
        const std::size_t tried = std::min<std::size_t>(count, 1'000);
        const double took = add_all(runner.cron(), spellings(now + std::chrono::hours(240), tried));
        const double expected = took * static_cast<double>(count) / static_cast<double>(tried);
        const auto lead = std::chrono::seconds(static_cast<std::int64_t>(1.5 * expected) + 8);
        due = std::chrono::system_clock::now() + lead;
        std::cerr << count << " schedules are due in " << lead.count() << " s\n";
        add_all(runner.cron(), spellings(due, count));
    }
    Runner runner(options.url, {.max_concurrent_tasks = places});
    runner.add(workflow);
    expect(
        std::chrono::system_clock::now() + std::chrono::seconds(2) < due,
        "it took too long to add the schedules"
    );
    return lateness.first(count, std::chrono::minutes(10));
}

} // namespace

Figures schedules(const Options& options)
{
    const std::size_t count = or_default(options.size, 60'000);
    const std::vector<double> few = lateness_of_few(options);
    const std::vector<double> many = lateness_of_many(options, count);
    return {
        {"few_p50_ms", percentile(few, 0.5)},
        {"few_p99_ms", percentile(few, 0.99)},
        {"first_started_ms", percentile(many, 0)},
        {"last_started_s", percentile(many, 1) / 1e3}};
}

} // namespace workflow_bench
