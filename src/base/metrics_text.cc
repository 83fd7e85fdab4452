// SPDX-License-Identifier: Apache-2.0
#include "base/metrics_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace sluice {

namespace {

enum class Place : std::uint8_t { help, label };

void append_escaped(std::string& text, std::string_view value, Place place)
{
    for (const char c : value) {
        if (c == '\n')
            text += "\\n";
        else if (c == '\\' || (c == '"' && place == Place::label))
            text.append({'\\', c});
        else
            text += c;
    }
}

void append_label(std::string& text, std::string_view name, std::string_view value)
{
    if (!text.empty())
        text += ',';
    fmt::format_to(std::back_inserter(text), "{}=\"", name);
    append_escaped(text, value, Place::label);
    text += '"';
}

template <class Value>
void write_line(
    std::string& text, const SeriesName& name, std::string_view suffix, std::string_view labels,
    Value value
)
{
    const auto out = std::back_inserter(text);
    if (labels.empty())
        fmt::format_to(out, "{}{} {}\n", name.metric, suffix, value);
    else
        fmt::format_to(out, "{}{}{{{}}} {}\n", name.metric, suffix, labels, value);
}

std::string shown(std::int64_t value, std::int64_t scale)
{
    if (scale == 1)
        return fmt::format("{}", value);
    return fmt::format("{}", static_cast<double>(value) / static_cast<double>(scale));
}

bool is_name(std::string_view name, std::string_view beside)
{
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !name.empty() && !is_digit(name.front()) && std::ranges::all_of(name, [&](char c) {
        return is_letter(c) || is_digit(c) || beside.find(c) != std::string_view::npos;
    });
}

} // namespace

void write_title(std::string& text, const MetricTitle& title, std::string_view type)
{
    text += "# HELP ";
    text += title.name;
    text += ' ';
    append_escaped(text, title.help, Place::help);
    fmt::format_to(std::back_inserter(text), "\n# TYPE {} {}\n", title.name, type);
}

SeriesName series_name(const MetricTitle& title, std::span<const std::string> values)
{
    SeriesName name{title.name, ""};
    for (std::size_t i = 0; i < values.size(); ++i)
        append_label(name.labels, title.labels[i].name, values[i]);
    return name;
}

void write_series(std::string& text, const SeriesName& name, const Counter& counter)
{
    write_line(text, name, "", name.labels, counter.value());
}

void write_series(std::string& text, const SeriesName& name, const Gauge& gauge)
{
    write_line(text, name, "", name.labels, gauge.value());
}

// The buckets are read once, so that the last of them is always the count.
void write_series(std::string& text, const SeriesName& name, const Histogram& histogram)
{
    const Buckets& buckets = histogram.buckets();
    const Histogram::Reading reading = histogram.read();
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < reading.counts.size(); ++i) {
        count += reading.counts[i];
        const bool is_last = i == buckets.bounds.size();
        std::string labels = name.labels;
        append_label(labels, "le", is_last ? "+Inf" : shown(buckets.bounds[i], buckets.scale));
        write_line(text, name, "_bucket", labels, count);
    }
    write_line(text, name, "_sum", name.labels, shown(reading.sum, buckets.scale));
    write_line(text, name, "_count", name.labels, count);
}

bool is_metric_name(std::string_view name)
{
    return is_name(name, "_:");
}

// What begins with two underscores is Prometheus's own, and "le" that of histograms.
bool is_label_name(std::string_view name)
{
    return is_name(name, "_") && !name.starts_with("__") && name != "le";
}

} // namespace sluice
