// SPDX-License-Identifier: Apache-2.0
#include "app/trace_settings.h"

#include "app/testing.h"

#include <gtest/gtest.h>

namespace sluice::trace_settings_test {

namespace {

using testing::sources_of;
using testing::Variables;

TraceSettings settings_of(Variables variables)
{
    return read_config(sources_of(std::move(variables))).value().traces;
}

std::string url_of(Variables variables)
{
    return traces_url(settings_of(std::move(variables)));
}

constexpr const char* endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
constexpr const char* traces_endpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

TEST(TraceSettings, traces_are_made_when_there_is_an_endpoint)
{
    EXPECT_EQ(url_of({}), "");
    EXPECT_EQ(url_of({{endpoint, "http://a:4318"}}), "http://a:4318/v1/traces");
    EXPECT_EQ(url_of({{endpoint, "https://a/otlp//"}}), "https://a/otlp/v1/traces");
    EXPECT_EQ(url_of({{traces_endpoint, "http://b/x/"}}), "http://b/x/") << "as it is";
    EXPECT_EQ(url_of({{endpoint, "http://a"}, {traces_endpoint, "http://b"}}), "http://b");
}

TEST(TraceSettings, traces_are_switched_off_and_on)
{
    EXPECT_EQ(url_of({{"TRACING_ENABLED", "0"}, {endpoint, "http://a"}}), "");
    EXPECT_EQ(url_of({{"TRACING_ENABLED", "false"}, {traces_endpoint, "http://a"}}), "");
    EXPECT_EQ(url_of({{"TRACING_ENABLED", "1"}, {endpoint, "http://a"}}), "http://a/v1/traces");
    EXPECT_EQ(url_of({{"TRACING_ENABLED", "true"}}), "http://localhost:4318/v1/traces");
}

TEST(TraceSettings, headers_are_those_of_the_list_decoded)
{
    const Headers headers = settings_of({{"OTEL_EXPORTER_OTLP_HEADERS",
                                          "authorization=Basic%20YTpi%3D, X-Tenant = ada"}}
    ).headers;
    EXPECT_EQ(headers.find("Authorization"), "Basic YTpi=");
    EXPECT_EQ(headers.find("x-tenant"), "ada");
}

TEST(TraceSettings, a_bad_list_of_headers_is_refused_without_showing_it)
{
    for (const char* text :
         {"hush", "=hush", "a b=hush", "a=hush,,b=c", "a=%zzhush", "a=hush%0a"}) {
        const auto config = read_config(sources_of({{"OTEL_EXPORTER_OTLP_HEADERS", text}}));
        ASSERT_FALSE(config) << text;
        EXPECT_EQ(config.error().detail.find("hush"), std::string::npos) << config.error().detail;
    }
}

TEST(TraceSettings, samplers_have_the_names_and_meanings_of_opentelemetry)
{
    struct Case {
        const char* name;
        double ratio;
        Sampler::Parent parent;
    };
    const Case cases[] = {
        {"always_on", 1, Sampler::Parent::ignored},
        {"always_off", 0, Sampler::Parent::ignored},
        {"traceidratio", 0.25, Sampler::Parent::ignored},
        {"parentbased_always_on", 1, Sampler::Parent::followed},
        {"parentbased_always_off", 0, Sampler::Parent::followed},
        {"parentbased_traceidratio", 0.25, Sampler::Parent::followed},
        {"", 0.25, Sampler::Parent::followed},
    };
    for (const Case& one : cases)
        for (const char* ratio : {"OTEL_TRACES_SAMPLER_ARG", "OTEL_SAMPLING_RATIO"}) {
            const Sampler sampler =
                sampler_of(settings_of({{"OTEL_TRACES_SAMPLER", one.name}, {ratio, "0.25"}}));
            EXPECT_EQ(sampler.ratio, one.ratio) << one.name;
            EXPECT_EQ(sampler.parent, one.parent) << one.name;
        }
    EXPECT_EQ(sampler_of(settings_of({})).ratio, 1);
}

TEST(TraceSettings, of_two_ratios_that_of_opentelemetry_counts)
{
    EXPECT_EQ(
        settings_of({{"OTEL_TRACES_SAMPLER_ARG", "0.5"}, {"OTEL_SAMPLING_RATIO", "0.1"}}).ratio, 0.5
    );
}

} // namespace

} // namespace sluice::trace_settings_test
