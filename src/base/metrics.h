// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/guarded.h"
#include "base/instruments.h"

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

struct MetricLabel {
    static constexpr std::size_t values_max_usual = 200;

    MetricLabel(const char* label, std::size_t most = values_max_usual)
        : name(label), values_max(most)
    {}

    std::string name;
    std::size_t values_max; // what comes when there are so many is "other"
};

// What a family of series is called, what it tells, and by which labels its series differ.
struct MetricTitle {
    std::string name;
    std::string help;
    std::vector<MetricLabel> labels = {};
};

// The values of the labels of one series, in the order of the title.
using LabelValues = std::initializer_list<std::string_view>;

class AnyMetricFamily {
public:
    virtual ~AnyMetricFamily() = default;
    virtual const MetricTitle& title() const = 0;
    virtual void write(std::string& text) = 0;
};

// All series of one name. Safe from any thread; series stay for as long as the family does.
template <class Instrument>
class MetricFamily final : public AnyMetricFamily {
public:
    MetricFamily(MetricTitle title, Buckets buckets);

    // Made by the first call, with zero. Takes a lock: where much is counted, the result is kept.
    Instrument& of(LabelValues values);

    void each(const std::function<void(Instrument&)>& visit);

    const MetricTitle& title() const override { return title_; }
    void write(std::string& text) override;

private:
    struct Order {
        using is_transparent = void;

        template <class A, class B>
        bool operator()(const A& a, const B& b) const
        {
            return std::lexicographical_compare(
                a.begin(), a.end(), b.begin(), b.end(),
                [](std::string_view x, std::string_view y) { return x < y; }
            );
        }
    };
    using Key = std::vector<std::string>;

    struct State {
        std::map<Key, Instrument, Order> series;
        std::vector<std::set<std::string, std::less<>>> values; // that were seen, by label
    };

    Instrument* find_or_make(State& state, LabelValues values);
    Key admitted(State& state, LabelValues values) const;

    MetricTitle title_;
    Buckets buckets_; // of histograms
    Guarded<State> state_;
};

// Adds what the gauges are now; all of them are zero before.
using ComputeGauges = std::function<void(MetricFamily<Gauge>&)>;

// The metrics of one process. main owns it; parts that count are given it and declare what is
// theirs at start-up, before other threads count. Names that are not allowed or stand twice are
// bugs. Without labels a series is shown from the start.
class Metrics {
public:
    static constexpr std::string_view content_type = "text/plain; version=0.0.4";

    Counter& counter(MetricTitle title);
    MetricFamily<Counter>& counters(MetricTitle title);
    Gauge& gauge(MetricTitle title);
    MetricFamily<Gauge>& gauges(MetricTitle title);
    Histogram& histogram(MetricTitle title, Buckets buckets);
    MetricFamily<Histogram>& histograms(MetricTitle title, Buckets buckets);

    // Gauges that are looked up each time the text is made, by whoever asks for it. What `compute`
    // refers to outlives the last text().
    void computed_gauges(MetricTitle title, ComputeGauges compute);

    // Everything, in the exposition format of Prometheus.
    std::string text();

private:
    template <class Instrument>
    MetricFamily<Instrument>& add(MetricTitle title, Buckets buckets = {});
    void add(std::unique_ptr<AnyMetricFamily> family);

    std::vector<std::unique_ptr<AnyMetricFamily>> families_; // in the order of their declaration
};

} // namespace sluice
