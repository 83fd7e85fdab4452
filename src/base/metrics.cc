// SPDX-License-Identifier: Apache-2.0
#include "base/metrics.h"

#include "base/assert.h"
#include "base/metrics_text.h"

#include <type_traits>
#include <utility>

namespace sluice {

template <class Instrument>
MetricFamily<Instrument>::MetricFamily(MetricTitle title, Buckets buckets)
    : title_(std::move(title)), buckets_(std::move(buckets))
{
    state_.with([this](State& state) { state.values.resize(title_.labels.size()); });
    if (title_.labels.empty())
        of({});
}

template <class Instrument>
Instrument& MetricFamily<Instrument>::of(LabelValues values)
{
    SLUICE_ASSERT(values.size() == title_.labels.size());
    return *state_.with([&](State& state) { return find_or_make(state, values); });
}

template <class Instrument>
Instrument* MetricFamily<Instrument>::find_or_make(State& state, LabelValues values)
{
    if (const auto found = state.series.find(values); found != state.series.end())
        return &found->second;
    Key key = admitted(state, values);
    if constexpr (std::is_constructible_v<Instrument, const Buckets&>)
        return &state.series.try_emplace(std::move(key), buckets_).first->second;
    else
        return &state.series.try_emplace(std::move(key)).first->second;
}

template <class Instrument>
typename MetricFamily<Instrument>::Key
MetricFamily<Instrument>::admitted(State& state, LabelValues values) const
{
    Key key;
    for (const std::string_view value : values) {
        const std::size_t label = key.size();
        auto& seen = state.values[label];
        if (!seen.contains(value) && seen.size() < title_.labels[label].values_max)
            seen.emplace(value);
        key.emplace_back(seen.contains(value) ? value : "other");
    }
    return key;
}

template <class Instrument>
void MetricFamily<Instrument>::each(const std::function<void(Instrument&)>& visit)
{
    state_.with([&](State& state) {
        for (auto& [key, instrument] : state.series)
            visit(instrument);
    });
}

template <class Instrument>
void MetricFamily<Instrument>::write(std::string& text)
{
    write_title(text, title_, Instrument::type_name);
    state_.with([&](State& state) {
        for (const auto& [key, instrument] : state.series)
            write_series(text, series_name(title_, key), instrument);
    });
}

template class MetricFamily<Counter>;
template class MetricFamily<Gauge>;
template class MetricFamily<Histogram>;

namespace {

// A series that is not added to any more shows zero, and does not vanish.
class ComputedGauges final : public AnyMetricFamily {
public:
    ComputedGauges(MetricTitle title, ComputeGauges compute)
        : gauges_(std::move(title), {}), compute_(std::move(compute))
    {}

    const MetricTitle& title() const override { return gauges_.title(); }

    void write(std::string& text) override
    {
        gauges_.each([](Gauge& gauge) { gauge.set(0); });
        compute_(gauges_);
        gauges_.write(text);
    }

private:
    MetricFamily<Gauge> gauges_;
    ComputeGauges compute_;
};

} // namespace

template <class Instrument>
MetricFamily<Instrument>& Metrics::add(MetricTitle title, Buckets buckets)
{
    auto family = std::make_unique<MetricFamily<Instrument>>(std::move(title), std::move(buckets));
    MetricFamily<Instrument>& added = *family;
    add(std::move(family));
    return added;
}

void Metrics::add(std::unique_ptr<AnyMetricFamily> family)
{
    const MetricTitle& title = family->title();
    SLUICE_ASSERT(is_metric_name(title.name));
    for (const MetricLabel& label : title.labels)
        SLUICE_ASSERT(is_label_name(label.name));
    for (const auto& other : families_)
        SLUICE_ASSERT(other->title().name != title.name);
    families_.push_back(std::move(family));
}

Counter& Metrics::counter(MetricTitle title)
{
    return add<Counter>(std::move(title)).of({});
}

MetricFamily<Counter>& Metrics::counters(MetricTitle title)
{
    return add<Counter>(std::move(title));
}

Gauge& Metrics::gauge(MetricTitle title)
{
    return add<Gauge>(std::move(title)).of({});
}

MetricFamily<Gauge>& Metrics::gauges(MetricTitle title)
{
    return add<Gauge>(std::move(title));
}

Histogram& Metrics::histogram(MetricTitle title, Buckets buckets)
{
    return add<Histogram>(std::move(title), std::move(buckets)).of({});
}

MetricFamily<Histogram>& Metrics::histograms(MetricTitle title, Buckets buckets)
{
    return add<Histogram>(std::move(title), std::move(buckets));
}

void Metrics::computed_gauges(MetricTitle title, ComputeGauges compute)
{
    add(std::make_unique<ComputedGauges>(std::move(title), std::move(compute)));
}

std::string Metrics::text()
{
    std::string text;
    for (const auto& family : families_)
        family->write(text);
    return text;
}

} // namespace sluice
