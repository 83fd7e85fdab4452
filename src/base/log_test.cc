// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <gtest/gtest.h>

namespace sluice::log_test {

namespace {

// What `body` writes to stderr.
template <class Body>
std::string said_by(Body body)
{
    testing::internal::CaptureStderr();
    body();
    return testing::internal::GetCapturedStderr();
}

std::string said_by_each_level(std::string_view filter, std::string_view component)
{
    const LogHub hub = LogHub::make(filter).value();
    return said_by([&] {
        const Log log = hub.component(component);
        log.debug("d");
        log.info("i");
        log.warn("w");
        log.error("e");
    });
}

bool says(const std::string& output, const std::string& line_end)
{
    return output.find(line_end + "\n") != std::string::npos;
}

TEST(Log, made_by_default_says_nothing)
{
    EXPECT_EQ(said_by([] { Log().error("unheard {}", 1); }), "");
}

TEST(Log, writes_time_level_component_and_message)
{
    const LogHub hub = LogHub::make("info").value();

    const std::string line = said_by([&] { hub.component("store").info("opened '{}'", "x.db"); });

    ASSERT_TRUE(line.ends_with(" info store: opened 'x.db'\n")) << line;
    EXPECT_EQ(line.find('Z'), std::string_view("2026-01-31T12:00:00.000").size()) << line;
}

TEST(Log, takes_braces_of_an_argument_as_they_are)
{
    const LogHub hub = LogHub::make("info").value();

    EXPECT_TRUE(says(said_by([&] { hub.component("a").info("{}", "{x} %v"); }), "a: {x} %v"));
}

TEST(LogHub, warns_and_worse_when_nothing_is_said)
{
    const std::string said = said_by_each_level("", "engine");

    EXPECT_FALSE(says(said, ": i"));
    EXPECT_TRUE(says(said, ": w"));
    EXPECT_TRUE(says(said, ": e"));
}

TEST(LogHub, gives_a_component_its_own_level)
{
    const std::string filter = " info , store=debug,net=OFF,";

    EXPECT_TRUE(says(said_by_each_level(filter, "store"), ": d"));
    EXPECT_FALSE(says(said_by_each_level(filter, "engine"), ": d"));
    EXPECT_TRUE(says(said_by_each_level(filter, "engine"), ": i"));
    EXPECT_EQ(said_by_each_level(filter, "net"), "");
}

TEST(LogHub, gives_lines_to_a_function_from_a_level_on)
{
    std::vector<std::pair<LogLevel, std::string>> lines;
    const LogHub hub = LogHub::calling(LogLevel::info, [&](LogLevel level, std::string_view line) {
        lines.emplace_back(level, line);
    });
    const Log log = hub.component("store");
    log.debug("d");
    log.info("opened '{}'", "x.db");
    log.error("e");

    const std::vector<std::pair<LogLevel, std::string>> expected{
        {LogLevel::info, "store: opened 'x.db'"}, {LogLevel::error, "store: e"}};
    EXPECT_EQ(lines, expected);
}

TEST(LogHub, lets_blanks_stand_around_the_equals_sign)
{
    EXPECT_TRUE(says(said_by_each_level("store = debug", "store"), ": d"));
}

TEST(LogHub, refuses_unknown_levels)
{
    for (const char* filter : {"loud", "info,store=loud", "store="}) {
        const Result<LogHub> hub = LogHub::make(filter);
        ASSERT_FALSE(hub.has_value()) << filter;
        EXPECT_EQ(hub.error().code, Errc::invalid);
        EXPECT_TRUE(
            hub.error().detail.ends_with("trace, debug, info, warn, error or off is accepted")
        );
    }
}

TEST(LogHub, refuses_a_level_without_its_component)
{
    EXPECT_FALSE(LogHub::make("=debug").has_value());
}

} // namespace

} // namespace sluice::log_test
