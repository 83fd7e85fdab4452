// SPDX-License-Identifier: Apache-2.0
#include "app/config.h"

#include "app/testing.h"
#include "exec/test_dir.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::config_test {

namespace {

using testing::sources_of;
using testing::Variables;

Config accepted(Variables variables)
{
    return read_config(sources_of(std::move(variables))).value();
}

// An old name, a text that is good for it, and what the setting is then.
struct OldName {
    std::string variable;
    std::string text;
    std::string setting;
    std::string shown;
};

const OldName old_names[] = {
    {"DATABASE_URL", "postgres://ada@db/tasks", "db", "postgres://ada@db/tasks"},
    {"DATABASE_URL", "sqlite:///var/tasks.db", "db", "sqlite:///var/tasks.db"},
    {"HOST_URL", "https://tasks.example.com/", "host_url", "https://tasks.example.com"},
    {"PORT", "3000", "listen", "127.0.0.1:3000"},
    {"PORT", "0", "listen", "127.0.0.1:0"},
    {"PAGINATION_DEFAULT", "20", "page_size", "20"},
    {"PAGINATION_MAX", "1000", "page_size_max", "1000"},
    {"WORKER_WEBHOOK_CONCURRENCY", "7", "webhook_concurrency", "7"},
    {"SLOW_QUERY_THRESHOLD_MS", "250", "slow_query_ms", "250"},
    {"CIRCUIT_BREAKER_ENABLED", "0", "store_breaker", "false"},
    {"CIRCUIT_BREAKER_FAILURE_THRESHOLD", "9", "store_breaker_failures", "9"},
    {"CIRCUIT_BREAKER_RECOVERY_TIMEOUT_SECS", "30", "store_breaker_pause_secs", "30"},
    {"DEAD_END_CANCEL_ENABLED", "0", "dead_end_cancel", "false"},
    {"DEAD_END_CANCEL_ENABLED", "true", "dead_end_cancel", "true"},
    {"RETENTION_ENABLED", "1", "retention", "true"},
    {"RETENTION_ENABLED", "0", "retention", "false"},
    {"RETENTION_DAYS", "7", "retention_days", "7"},
    {"RETENTION_CLEANUP_INTERVAL_SECS", "3600", "retention_interval", "1h"},
    {"RETENTION_CLEANUP_INTERVAL_SECS", "90", "retention_interval", "1m30s"},
    {"RETENTION_BATCH_SIZE", "500", "retention_batch_size", "500"},
    {"SKIP_SSRF_VALIDATION", "1", "skip_ssrf_validation", "true"},
    {"BLOCKED_HOSTNAMES", "a.example, b.example", "blocked_hostnames", "a.example,b.example"},
    {"BLOCKED_HOSTNAMES", "localhost,127.0.0.1,::1,0.0.0.0,local,internal", "blocked_hostnames",
     "localhost,127.0.0.1,::1,0.0.0.0,local,internal"},
    {"BLOCKED_HOSTNAME_SUFFIXES", ".example", "blocked_hostname_suffixes", ".example"},
    {"RUST_LOG", "task_runner=debug,tower=warn", "log", "debug"},
    {"TRACING_ENABLED", "1", "tracing", "true"},
    {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4318", "otlp_endpoint", "http://a:4318"},
    {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://a/t/", "otlp_traces_endpoint", "http://a/t/"},
    {"OTEL_EXPORTER_OTLP_HEADERS", "key=hush", "otlp_headers", "(set)"},
    {"OTEL_SERVICE_NAME", "tasks", "service_name", "tasks"},
    {"OTEL_TRACES_SAMPLER", "traceidratio", "trace_sampler", "traceidratio"},
    {"OTEL_TRACES_SAMPLER_ARG", "0.25", "trace_ratio", "0.25"},
    {"OTEL_SAMPLING_RATIO", "0.1", "trace_ratio", "0.1"},
};

TEST(OldNames, set_what_they_are_the_old_names_of)
{
    for (const OldName& old : old_names) {
        const Config config = accepted({{old.variable, old.text}});
        EXPECT_EQ(setting(old.setting).show(config), old.shown) << old.variable;
        EXPECT_EQ(config.origins.at(old.setting), old.variable);
        EXPECT_EQ(config.origins.size(), 1u);
    }
}

TEST(OldNames, are_all_tried_above)
{
    for (const Setting& setting : settings())
        for (const std::string_view name : {setting.old_variable, setting.older_variable}) {
            const bool is_tried = std::ranges::any_of(old_names, [&](const OldName& old) {
                return old.variable == name && old.setting == setting.name;
            });
            EXPECT_TRUE(is_tried || name.empty()) << name;
        }
}

TEST(OldNames, mean_nothing_to_commands_that_do_not_take_the_place_of_task_runner)
{
    for (const OldName& old : old_names) {
        const Variables variables{{old.variable, old.text}, {"PORT", "eighty"}};
        const Config config = read_config(sources_of(variables, OldNames::ignored)).value();
        EXPECT_TRUE(config.origins.empty()) << old.variable;
        EXPECT_EQ(setting(old.setting).show(config), setting(old.setting).show(accepted({})));
    }
}

TEST(OldNames, are_weaker_than_our_own_variables_and_flags)
{
    const Variables variables{{"PORT", "eighty"}, {"SLUICE_LISTEN", "127.0.0.1:1"}};
    EXPECT_EQ(accepted(variables).listen.port, 1);
    ConfigSources sources = sources_of({{"PORT", "eighty"}});
    sources.flags["listen"] = "[::1]:2";
    const Config config = read_config(sources).value();
    EXPECT_EQ(format_address(config.listen), "[::1]:2");
    EXPECT_EQ(config.origins.at("listen"), "--listen");
}

TEST(OldNames, are_stronger_than_the_file)
{
    testing::TestDir directory;
    const std::string path = directory.put("settings.yaml", "page_size: 3\npage_size_max: 4\n");
    ConfigSources sources = sources_of({{"PAGINATION_DEFAULT", "2"}});
    sources.file = path;
    const Config config = read_config(sources).value();
    EXPECT_EQ(config.pages.usual, 2u);
    EXPECT_EQ(config.pages.largest, 4u);
    EXPECT_EQ(config.origins.at("page_size"), "PAGINATION_DEFAULT");
    EXPECT_EQ(config.origins.at("page_size_max"), path + ": page_size_max");
}

TEST(OldNames, that_are_empty_are_not_set)
{
    for (const OldName& old : old_names)
        EXPECT_TRUE(accepted({{old.variable, ""}}).origins.empty()) << old.variable;
}

TEST(OldNames, with_a_bad_value_are_named_on_one_line)
{
    const std::pair<const char*, const char*> bad[] = {
        {"DATABASE_URL", "mysql://db/tasks"},
        {"DATABASE_URL", "sqlite:/var/tasks.db"}, // no relative path
        {"DATABASE_URL", "sqlite:tasks.db"},
        {"HOST_URL", "tasks.example.com"},
        {"PORT", "eighty"},
        {"PORT", "65536"},
        {"PORT", "-1"},
        {"PORT", "80\n81"},
        {"PAGINATION_DEFAULT", "0"},
        {"PAGINATION_MAX", "10001"},
        {"WORKER_WEBHOOK_CONCURRENCY", "0"},
        {"SLOW_QUERY_THRESHOLD_MS", "soon"},
        {"DEAD_END_CANCEL_ENABLED", "maybe"},
        {"SKIP_SSRF_VALIDATION", "maybe"},
        {"BLOCKED_HOSTNAMES", "a.example,,b.example"},
        {"BLOCKED_HOSTNAME_SUFFIXES", ","},
        {"RUST_LOG", "loud"},
        {"TRACING_ENABLED", "maybe"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"},
        {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://ada:hush@collector/"},
        {"OTEL_EXPORTER_OTLP_HEADERS", "key"},
        {"OTEL_SERVICE_NAME", "a\nb"},
        {"OTEL_TRACES_SAMPLER", "sometimes"},
        {"OTEL_TRACES_SAMPLER_ARG", "1.01"},
        {"OTEL_TRACES_SAMPLER_ARG", "nan"},
        {"OTEL_SAMPLING_RATIO", "-0.1"},
        {"POOL_MAX_SIZE", "many"}};
    for (const auto& [name, text] : bad) {
        const Result<Config> config = read_config(sources_of({{name, text}}));
        ASSERT_FALSE(config) << name << '=' << text;
        EXPECT_EQ(config.error().code, Errc::invalid);
        const std::string& detail = config.error().detail;
        EXPECT_TRUE(detail.starts_with(std::string(name) + ": ")) << detail;
        EXPECT_EQ(detail.find('\n'), std::string::npos) << detail;
    }
}

TEST(Config, says_nothing_of_a_password_in_a_database_url_that_is_refused)
{
    const Result<Config> config =
        read_config(sources_of({{"DATABASE_URL", "mysql://ada:hush@db/tasks"}}));
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().detail.find("hush"), std::string::npos) << config.error().detail;
}

TEST(Config, shows_the_url_of_a_database_without_its_password)
{
    for (const std::string url :
         {"postgresql://ada:hush@db/tasks", "postgresql://ada@db/tasks?password=hush&port=1",
          "postgresql:///tasks?port=1&sslpassword=hush"}) {
        const Result<Config> config = read_config(sources_of({{"SLUICE_DB", url}}));
        ASSERT_TRUE(config) << config.error().detail;
        const std::string shown = setting("db").show(*config);
        EXPECT_EQ(shown.find("hush"), std::string::npos) << shown;
        EXPECT_NE(shown.find("/tasks"), std::string::npos) << shown;
        EXPECT_EQ(config->db, url);
    }
}

} // namespace

} // namespace sluice::config_test
