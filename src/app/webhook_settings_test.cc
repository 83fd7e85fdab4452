// SPDX-License-Identifier: Apache-2.0
#include "app/webhook_settings.h"

#include "app/testing.h"
#include "tasks/task_service.h"

#include <gtest/gtest.h>

namespace sluice::webhook_settings_test {

namespace {

using testing::sources_of;
using testing::Variables;

Config accepted(Variables variables)
{
    return read_config(sources_of(std::move(variables))).value();
}

TEST(WebhookSettings, are_those_of_the_service_when_nobody_sets_them)
{
    const Config config = accepted({});
    const TaskService::Options service;
    EXPECT_EQ(
        config.webhook_start_retries + 1, static_cast<std::size_t>(service.defaults.start.tries_max)
    );
    EXPECT_EQ(
        config.webhook_retries + 1, static_cast<std::size_t>(service.defaults.other.tries_max)
    );
    EXPECT_EQ(config.webhook_start_retry_delay, service.defaults.start.delay_initial);
    EXPECT_EQ(config.webhook_retry_delay, service.defaults.other.delay_initial);
    EXPECT_EQ(config.webhook_timeout, service.defaults.timeout);
    EXPECT_EQ(config.webhook_host_limit, service.per_target_max);
}

TEST(WebhookSettings, are_set)
{
    const Config config = accepted(
        {{"SLUICE_WEBHOOK_START_RETRIES", "0"},
         {"SLUICE_WEBHOOK_RETRIES", "100"},
         {"SLUICE_WEBHOOK_START_RETRY_DELAY_MS", "1"},
         {"SLUICE_WEBHOOK_RETRY_DELAY_MS", "86400000"},
         {"SLUICE_WEBHOOK_TIMEOUT", "2m30s"},
         {"SLUICE_WEBHOOK_HOST_LIMIT", "1"},
         {"SLUICE_BODY_BYTES_MAX", "1000"}}
    );
    EXPECT_EQ(config.webhook_start_retries, 0u);
    EXPECT_EQ(config.webhook_retries, 100u);
    EXPECT_EQ(config.webhook_start_retry_delay, std::chrono::milliseconds(1));
    EXPECT_EQ(setting("webhook_start_retry_delay_ms").show(config), "1");
    EXPECT_EQ(config.webhook_retry_delay, std::chrono::hours(24));
    EXPECT_EQ(setting("webhook_retry_delay_ms").show(config), "86400000");
    EXPECT_EQ(config.webhook_timeout, std::chrono::seconds(150));
    EXPECT_EQ(setting("webhook_timeout").show(config), "2m30s");
    EXPECT_EQ(config.webhook_host_limit, 1u);
    EXPECT_EQ(config.body_bytes_max, 1000u);
}

TEST(WebhookSettings, bad_values_are_refused_with_what_is_accepted)
{
    const std::pair<const char*, const char*> bad[] = {
        {"SLUICE_WEBHOOK_START_RETRIES", "-1"}, {"SLUICE_WEBHOOK_START_RETRIES", "101"},
        {"SLUICE_WEBHOOK_RETRIES", "many"},     {"SLUICE_WEBHOOK_TIMEOUT", "0"},
        {"SLUICE_WEBHOOK_TIMEOUT", "301"},      {"SLUICE_WEBHOOK_TIMEOUT", "soon"},
        {"SLUICE_WEBHOOK_HOST_LIMIT", "0"},     {"SLUICE_BODY_BYTES_MAX", "0"},
        {"SLUICE_WEBHOOK_RETRY_DELAY_MS", "0"}, {"SLUICE_WEBHOOK_RETRY_DELAY_MS", "86400001"},
        {"SLUICE_BODY_BYTES_MAX", "32MiB"}};
    for (const auto& [name, text] : bad) {
        const Result<Config> config = read_config(sources_of({{name, text}}));
        ASSERT_FALSE(config) << name << '=' << text;
        const std::string& detail = config.error().detail;
        EXPECT_TRUE(detail.starts_with(std::string(name) + ": must be a ")) << detail;
        EXPECT_EQ(detail.find('\n'), std::string::npos) << detail;
    }
}

} // namespace

} // namespace sluice::webhook_settings_test
