// SPDX-License-Identifier: Apache-2.0
#include "app/old_settings.h"

#include <gtest/gtest.h>

namespace sluice::old_settings_test {

namespace {

std::string level_of(std::string_view rust_log)
{
    Config config;
    return set_rust_log(config, rust_log) ? config.log : "refused";
}

TEST(RustLog, a_level_is_ours_of_the_same_name)
{
    for (const char* level : {"trace", "debug", "info", "warn", "error", "off"})
        EXPECT_EQ(level_of(level), level);
    EXPECT_EQ(level_of("INFO"), "info");
}

TEST(RustLog, a_level_that_stands_alone_is_the_level_of_everything_else)
{
    EXPECT_EQ(level_of("info,task_runner=trace"), "info");
    EXPECT_EQ(level_of("task_runner=trace , warn"), "warn");
    EXPECT_EQ(level_of("warn,info"), "info"); // the last one, as there
}

TEST(RustLog, of_levels_of_parts_the_most_detailed_counts)
{
    EXPECT_EQ(level_of("task_runner=debug,tower=warn"), "debug");
    EXPECT_EQ(level_of("tower=warn,task_runner=debug"), "debug");
    EXPECT_EQ(level_of("arcrun::workers[start{id=1}]=info"), "info");
    EXPECT_EQ(level_of("tower=off"), "off");
}

TEST(RustLog, without_a_level_nothing_changes)
{
    EXPECT_EQ(level_of(","), Config().log);
    EXPECT_EQ(level_of(" "), Config().log);
}

TEST(RustLog, what_is_no_level_is_refused)
{
    for (const char* text :
         {"loud", "task_runner", "task_runner=", "task_runner=loud", "info,loud"})
        EXPECT_EQ(level_of(text), "refused") << text;
}

TEST(Port, leaves_the_address_as_it_is)
{
    Config config;
    ASSERT_TRUE(set_port(config, "9000"));
    EXPECT_EQ(format_address(config.listen), "127.0.0.1:9000");
    for (const char* text : {"", "x", "80x", " 80", "65536", "-1", "0.0.0.0:80"})
        EXPECT_FALSE(set_port(config, text)) << text;
    EXPECT_EQ(config.listen.port, 9000);
}

} // namespace

} // namespace sluice::old_settings_test
