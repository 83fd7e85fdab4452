// SPDX-License-Identifier: Apache-2.0
#include "base/metrics.h"

#include <gtest/gtest.h>

#include <thread>

namespace sluice::metrics_test {
namespace {

using namespace std::chrono_literals;

TEST(Metrics, a_counter_without_labels_shows_zero_before_anything_happens)
{
    Metrics metrics;
    Counter& made = metrics.counter({"made_total", "Things that were made."});
    const std::string title = "# HELP made_total Things that were made.\n"
                              "# TYPE made_total counter\n";
    EXPECT_EQ(metrics.text(), title + "made_total 0\n");
    made.add();
    made.add(41);
    EXPECT_EQ(metrics.text(), title + "made_total 42\n");
}

TEST(Metrics, a_family_without_a_series_shows_its_title)
{
    Metrics metrics;
    metrics.gauges({"held", "Held things.", {"kind"}});
    EXPECT_EQ(metrics.text(), "# HELP held Held things.\n# TYPE held gauge\n");
}

TEST(Metrics, series_are_shown_in_the_order_of_their_labels_from_the_first_time_they_are_asked_for)
{
    Metrics metrics;
    MetricFamily<Counter>& moves = metrics.counters({"moves_total", "Moves.", {"from", "to"}});
    moves.of({"b", "a"}).add(2);
    moves.of({"a", "z"});
    moves.of({"a", "b"}).add();
    EXPECT_EQ(
        metrics.text(), "# HELP moves_total Moves.\n"
                        "# TYPE moves_total counter\n"
                        "moves_total{from=\"a\",to=\"b\"} 1\n"
                        "moves_total{from=\"a\",to=\"z\"} 0\n"
                        "moves_total{from=\"b\",to=\"a\"} 2\n"
    );
}

TEST(Metrics, a_series_is_the_same_each_time)
{
    Metrics metrics;
    MetricFamily<Counter>& made = metrics.counters({"made_total", "Made.", {"kind"}});
    Counter& first = made.of({"a"});
    for (int i = 0; i < 100; ++i)
        made.of({std::to_string(i)});
    EXPECT_EQ(&made.of({"a"}), &first);
}

TEST(Metrics, values_with_quotes_backslashes_and_newlines_are_escaped)
{
    Metrics metrics;
    metrics.gauges({"held", "One\\two\n\"three\".", {"kind"}}).of({"a\"b\\c\nd é"}).set(-1);
    EXPECT_EQ(
        metrics.text(), "# HELP held One\\\\two\\n\"three\".\n"
                        "# TYPE held gauge\n"
                        "held{kind=\"a\\\"b\\\\c\\nd é\"} -1\n"
    );
}

TEST(Metrics, beyond_its_limit_values_of_a_label_are_other)
{
    Metrics metrics;
    MetricFamily<Counter>& made =
        metrics.counters({"made_total", "Made.", {"outcome", {"kind", 2}}});
    for (const char* kind : {"a", "b", "c", "d", "a"})
        made.of({"good", kind}).add();
    made.of({"bad", "c"}).add();
    made.of({"bad", "b"}).add();
    EXPECT_EQ(
        metrics.text(), "# HELP made_total Made.\n"
                        "# TYPE made_total counter\n"
                        "made_total{outcome=\"bad\",kind=\"b\"} 1\n"
                        "made_total{outcome=\"bad\",kind=\"other\"} 1\n"
                        "made_total{outcome=\"good\",kind=\"a\"} 2\n"
                        "made_total{outcome=\"good\",kind=\"b\"} 1\n"
                        "made_total{outcome=\"good\",kind=\"other\"} 2\n"
    );
}

TEST(Metrics, usually_a_label_has_two_hundred_values)
{
    Metrics metrics;
    MetricFamily<Counter>& made = metrics.counters({"made_total", "Made.", {"kind"}});
    for (int i = 0; i < 1000; ++i)
        made.of({std::to_string(i)}).add();
    EXPECT_EQ(made.of({"199"}).value(), 1u);
    EXPECT_EQ(&made.of({"200"}), &made.of({"other"}));
    EXPECT_EQ(made.of({"other"}).value(), 800u);
}

TEST(Metrics, buckets_of_a_histogram_count_what_is_not_above_their_bound)
{
    Metrics metrics;
    Histogram& sizes = metrics.histogram({"size", "Sizes."}, Buckets::of_numbers({1, 5}));
    for (const std::int64_t size : {0, 1, 2, 5, 6, 1000})
        sizes.observe(size);
    EXPECT_EQ(
        metrics.text(), "# HELP size Sizes.\n"
                        "# TYPE size histogram\n"
                        "size_bucket{le=\"1\"} 2\n"
                        "size_bucket{le=\"5\"} 4\n"
                        "size_bucket{le=\"+Inf\"} 6\n"
                        "size_sum 1014\n"
                        "size_count 6\n"
    );
}

TEST(Metrics, times_are_shown_in_seconds_beside_the_other_labels)
{
    Metrics metrics;
    MetricFamily<Histogram>& times =
        metrics.histograms({"time_seconds", "Times.", {"kind"}}, Buckets::of_times({2500us, 1s}));
    times.of({"a"}).observe(Micros(2500));
    times.of({"a"}).observe(Micros(2501));
    times.of({"a"}).observe(Micros(-7));
    EXPECT_EQ(
        metrics.text(), "# HELP time_seconds Times.\n"
                        "# TYPE time_seconds histogram\n"
                        "time_seconds_bucket{kind=\"a\",le=\"0.0025\"} 2\n"
                        "time_seconds_bucket{kind=\"a\",le=\"1\"} 3\n"
                        "time_seconds_bucket{kind=\"a\",le=\"+Inf\"} 3\n"
                        "time_seconds_sum{kind=\"a\"} 0.005001\n"
                        "time_seconds_count{kind=\"a\"} 3\n"
    );
}

TEST(Metrics, computed_gauges_show_what_is_now_and_zero_for_what_was)
{
    Metrics metrics;
    std::vector<std::string> running{"a", "b", "a"};
    metrics.computed_gauges({"running", "Running.", {"kind"}}, [&](MetricFamily<Gauge>& gauges) {
        for (const std::string& kind : running)
            gauges.of({kind}).add(1);
    });
    const std::string title = "# HELP running Running.\n# TYPE running gauge\n";
    EXPECT_EQ(metrics.text(), title + "running{kind=\"a\"} 2\nrunning{kind=\"b\"} 1\n");
    running = {"b"};
    EXPECT_EQ(metrics.text(), title + "running{kind=\"a\"} 0\nrunning{kind=\"b\"} 1\n");
}

TEST(Metrics, a_computed_gauge_without_labels_shows_zero_when_nothing_is_added)
{
    Metrics metrics;
    metrics.computed_gauges({"running", "Running."}, [](MetricFamily<Gauge>&) {});
    EXPECT_EQ(metrics.text(), "# HELP running Running.\n# TYPE running gauge\nrunning 0\n");
}

TEST(Metrics, families_are_shown_in_the_order_of_their_declaration)
{
    Metrics metrics;
    metrics.counter({"z_total", "Z."});
    metrics.gauge({"a", "A."});
    EXPECT_LT(metrics.text().find("z_total 0"), metrics.text().find("a 0"));
}

TEST(Metrics, counts_of_several_threads_are_not_lost_while_the_text_is_made)
{
    constexpr int times = 2000;
    Metrics metrics;
    Counter& all = metrics.counter({"all_total", "All."});
    MetricFamily<Counter>& some = metrics.counters({"some_total", "Some.", {"kind"}});
    Histogram& sizes = metrics.histogram({"size", "Sizes."}, Buckets::of_numbers({1}));
    const auto count = [&] {
        for (int i = 0; i < times; ++i) {
            all.add();
            some.of({std::to_string(i % 300)}).add();
            sizes.observe(std::int64_t{2});
        }
    };
    std::thread one(count);
    std::thread other(count);
    for (int i = 0; i < 20; ++i)
        metrics.text();
    one.join();
    other.join();

    EXPECT_EQ(all.value(), 2u * times);
    std::uint64_t sum = 0;
    some.each([&](Counter& counter) { sum += counter.value(); });
    EXPECT_EQ(sum, 2u * times);
    EXPECT_EQ(sizes.read().counts, (std::vector<std::uint64_t>{0, 2u * times}));
    EXPECT_EQ(sizes.read().sum, 4 * times);
}

TEST(MetricsDeathTest, names_that_stand_twice_or_are_not_allowed_are_bugs)
{
    Metrics metrics;
    metrics.counter({"made_total", "Made."});
    EXPECT_DEATH(metrics.gauge({"made_total", "Again."}), "");
    for (const char* name : {"", "1st", "a-b", "a b", "é"})
        EXPECT_DEATH(metrics.gauge({name, "Bad."}), "") << name;
    for (const char* label : {"", "1st", "a:b", "le", "__name"})
        EXPECT_DEATH(metrics.gauges({"good", "Bad.", {label}}), "") << label;
}

TEST(MetricsDeathTest, a_series_has_a_value_for_each_label)
{
    Metrics metrics;
    MetricFamily<Counter>& made = metrics.counters({"made_total", "Made.", {"kind"}});
    EXPECT_DEATH(made.of({}), "");
    EXPECT_DEATH(made.of({"a", "b"}), "");
}

TEST(MetricsDeathTest, bounds_of_buckets_ascend)
{
    EXPECT_DEATH(Buckets::of_numbers({1, 1}), "");
    EXPECT_DEATH(Buckets::of_times({2s, 1s}), "");
}

} // namespace
} // namespace sluice::metrics_test
