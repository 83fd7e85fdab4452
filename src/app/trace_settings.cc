// SPDX-License-Identifier: Apache-2.0
#include "app/trace_settings.h"

#include "app/config.h"
#include "app/setting_values.h"
#include "base/enum_names.h"
#include "base/text.h"
#include "model/webhook/webhook_headers.h"
#include "net/guard/url_host.h"

#include <boost/url/pct_string_view.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

constexpr std::string_view usual_endpoint = "http://localhost:4318"; // of OTLP over HTTP
constexpr std::string_view traces_path = "/v1/traces";

constexpr EnumNames<TraceSampler, 6> sampler_names{
    {{TraceSampler::always_on, "always_on"},
     {TraceSampler::always_off, "always_off"},
     {TraceSampler::trace_id_ratio, "traceidratio"},
     {TraceSampler::parent_always_on, "parentbased_always_on"},
     {TraceSampler::parent_always_off, "parentbased_always_off"},
     {TraceSampler::parent_ratio, "parentbased_traceidratio"}}};

Error refuse_headers()
{
    return Error{Errc::invalid, "must be NAME=VALUE, separated by commas, values percent-encoded"};
}

Result<Field> read_header(std::string_view item)
{
    const std::size_t equals = std::min(item.find('='), item.size());
    const std::string_view name = trim(item.substr(0, equals));
    const auto value =
        boost::urls::make_pct_string_view(trim(item.substr(std::min(equals + 1, item.size()))));
    if (equals == item.size() || check_header_name(name) || !value)
        return refuse_headers();
    Field field{std::string(name), value->decode()};
    if (check_header_value(field.value))
        return refuse_headers();
    return field;
}

Result<void> set_endpoint(std::string& endpoint, std::string_view text)
{
    const Result<UrlHost> host = read_url_host(text);
    if (!host)
        return host.error();
    endpoint = text;
    return {};
}

} // namespace

std::string traces_url(const TraceSettings& settings)
{
    if (!settings.enabled.value_or(true))
        return "";
    if (!settings.traces_endpoint.empty())
        return settings.traces_endpoint;
    if (settings.endpoint.empty() && !settings.enabled)
        return "";
    std::string_view base = settings.endpoint.empty() ? usual_endpoint : settings.endpoint;
    while (base.ends_with('/'))
        base.remove_suffix(1);
    return fmt::format("{}{}", base, traces_path);
}

Sampler sampler_of(const TraceSettings& settings)
{
    constexpr auto followed = Sampler::Parent::followed;
    constexpr auto ignored = Sampler::Parent::ignored;
    switch (settings.sampler) {
    case TraceSampler::always_on:
        return {1, ignored};
    case TraceSampler::always_off:
        return {0, ignored};
    case TraceSampler::trace_id_ratio:
        return {settings.ratio, ignored};
    case TraceSampler::parent_always_on:
        return {1, followed};
    case TraceSampler::parent_always_off:
        return {0, followed};
    case TraceSampler::parent_ratio:
        break;
    }
    return {settings.ratio, followed};
}

Result<void> set_tracing(Config& config, std::string_view text)
{
    bool is_on = false;
    const Result<void> set = set_switch(is_on, text);
    if (set)
        config.traces.enabled = is_on;
    return set;
}

std::string show_tracing(const Config& config)
{
    return traces_url(config.traces).empty() ? "false" : "true";
}

Result<void> set_otlp_endpoint(Config& config, std::string_view text)
{
    return set_endpoint(config.traces.endpoint, text);
}

std::string show_otlp_endpoint(const Config& config)
{
    return config.traces.endpoint;
}

Result<void> set_otlp_traces_endpoint(Config& config, std::string_view text)
{
    return set_endpoint(config.traces.traces_endpoint, text);
}

std::string show_otlp_traces_endpoint(const Config& config)
{
    return config.traces.traces_endpoint;
}

Result<void> set_otlp_headers(Config& config, std::string_view text)
{
    Headers headers;
    for (const std::string& item : split(text, ',')) {
        const Result<Field> header = read_header(item);
        if (!header)
            return header.error();
        headers.add(header->name, header->value);
    }
    config.traces.headers = std::move(headers);
    return {};
}

std::string show_otlp_headers(const Config& config)
{
    const Headers& headers = config.traces.headers;
    return headers.begin() == headers.end() ? "" : "(set)";
}

Result<void> set_service_name(Config& config, std::string_view text)
{
    const auto is_control = [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; };
    if (text.empty() || !is_utf8(text) || std::ranges::any_of(text, is_control))
        return refuse("text for people", text);
    config.traces.service_name = text;
    return {};
}

std::string show_service_name(const Config& config)
{
    return config.traces.service_name;
}

Result<void> set_trace_sampler(Config& config, std::string_view text)
{
    std::vector<std::string> accepted;
    for (const auto& [value, name] : sampler_names.entries) {
        accepted.emplace_back(name);
        if (name == text) {
            config.traces.sampler = value;
            return {};
        }
    }
    return refuse(join(accepted, " or "), text);
}

std::string show_trace_sampler(const Config& config)
{
    return std::string(sampler_names.name(config.traces.sampler));
}

Result<void> set_trace_ratio(Config& config, std::string_view text)
{
    const auto ratio = whole_number<double>(text);
    if (!ratio || !(*ratio >= 0 && *ratio <= 1))
        return refuse("a number from 0 to 1", text);
    config.traces.ratio = *ratio;
    return {};
}

std::string show_trace_ratio(const Config& config)
{
    return fmt::format("{}", config.traces.ratio);
}

} // namespace sluice
