// SPDX-License-Identifier: Apache-2.0
#include "app/idle_variables.h"

#include "app/testing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace sluice::idle_variables_test {

namespace {

using testing::sources_of;

using Names = std::vector<std::string>;

const Names not_needed{
    "POOL_MAX_SIZE",
    "POOL_MIN_IDLE",
    "POOL_ACQUIRE_RETRIES",
    "POOL_TIMEOUT_SECS",
    "WORKER_LOOP_INTERVAL_MS",
    "WORKER_CLAIM_TIMEOUT_SECS",
    "WORKER_START_BATCH_SIZE",
    "BATCH_CHANNEL_CAPACITY",
    "CIRCUIT_BREAKER_SUCCESS_THRESHOLD",
    "CIRCUIT_BREAKER_FAILURE_WINDOW_SECS",
    "CIRCUIT_BREAKER_HALF_OPEN",
    "RETENTION_KEEP"};
const Names not_yet{"OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_BSP_SCHEDULE_DELAY"};

Names said_of(const Names& names)
{
    return idle_variables(Config(), names);
}

TEST(IdleVariables, each_is_named_once_with_the_reason)
{
    for (const std::string& name : not_needed) {
        const Names said = said_of({name});
        ASSERT_EQ(said.size(), 1u) << name;
        EXPECT_TRUE(said[0].starts_with(name + " is not needed: ")) << said[0];
    }
    for (const std::string& name : not_yet) {
        const Names said = said_of({name});
        ASSERT_EQ(said.size(), 1u) << name;
        EXPECT_TRUE(said[0].starts_with(name + " is not supported yet: ")) << said[0];
    }
}

TEST(IdleVariables, nothing_is_said_of_others)
{
    for (const char* name :
         {"PATH", "HOME", "HOST", "POOL", "POOL_MAX_SIZES", "OTEL", "MY_OTEL_X", "otel_x"})
        EXPECT_TRUE(said_of({name}).empty()) << name;
}

TEST(IdleVariables, old_names_that_act_are_not_among_them)
{
    for (const Setting& setting : settings())
        for (const std::string_view name : {setting.old_variable, setting.older_variable})
            EXPECT_TRUE(said_of({std::string(name)}).empty()) << name;
}

TEST(IdleVariables, an_old_name_that_was_overruled_is)
{
    ConfigSources sources = sources_of({{"PORT", "80"}, {"SLUICE_LISTEN", "127.0.0.1:1"}});
    const Config config = read_config(sources).value();
    EXPECT_EQ(idle_variables(config, Names{"PORT"}), Names{"PORT is overruled by SLUICE_LISTEN"});
    EXPECT_TRUE(idle_variables(config, Names{"RUST_LOG"}).empty());
}

TEST(IdleVariables, numbers_must_be_numbers)
{
    for (const std::string& name : not_needed) {
        if (name == "CIRCUIT_BREAKER_HALF_OPEN" || name == "RETENTION_KEEP")
            continue; // of a family, of which nothing is known
        EXPECT_TRUE(check_idle_variables(sources_of({{name, "10"}}))) << name;
        EXPECT_TRUE(check_idle_variables(sources_of({{name, ""}}))) << name;
        const Result<void> checked = check_idle_variables(sources_of({{name, "many"}}));
        ASSERT_FALSE(checked) << name;
        EXPECT_EQ(checked.error().detail, name + ": must be a whole number, not 'many'");
    }
    EXPECT_TRUE(check_idle_variables(sources_of({{"OTEL_BSP_SCHEDULE_DELAY", "soon"}})));
}

TEST(EnvironmentNames, are_those_of_variables_that_are_not_empty)
{
    setenv("SLUICE_TEST_FULL", "a=b", 1);
    setenv("SLUICE_TEST_EMPTY", "", 1);
    const Names names = environment_names();
    EXPECT_TRUE(std::ranges::binary_search(names, std::string("SLUICE_TEST_FULL")));
    EXPECT_FALSE(std::ranges::binary_search(names, std::string("SLUICE_TEST_EMPTY")));
    unsetenv("SLUICE_TEST_FULL");
    unsetenv("SLUICE_TEST_EMPTY");
}

} // namespace

} // namespace sluice::idle_variables_test
