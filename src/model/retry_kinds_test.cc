// SPDX-License-Identifier: Apache-2.0
#include "model/retry_kinds.h"

#include <gtest/gtest.h>

namespace sluice::retry_kinds_test {
namespace {

using namespace std::chrono_literals;

// What `kind` reads from `text`; nothing when it is refused.
template <class T, class Kind>
std::optional<T> read(std::string_view text, const Kind& kind)
{
    const Json json = parse_json(text).value();
    Problems problems;
    const Path root;
    T out{};
    kind.read(Value{json, root, problems}, out);
    return problems.empty() ? std::optional(out) : std::nullopt;
}

TEST(RetryKinds, seconds_may_have_fractions)
{
    const SecondsKind kind{1h};
    EXPECT_EQ(read<Micros>("0", kind), Micros(0));
    EXPECT_EQ(read<Micros>("0.2", kind), Micros(200ms));
    EXPECT_EQ(read<Micros>("0.0000006", kind), Micros(1));
    EXPECT_EQ(read<Micros>("3600", kind), Micros(1h));
    for (const char* text : {"-1", "-0.001", "3600.1", "1e300", "\"1\"", "true", "[1]", "null"})
        EXPECT_EQ(read<Micros>(text, kind), std::nullopt) << text;
}

TEST(RetryKinds, multipliers_never_shrink_a_delay)
{
    const MultiplierKind kind{100.0};
    EXPECT_EQ(read<double>("1", kind), 1.0);
    EXPECT_EQ(read<double>("2.5", kind), 2.5);
    EXPECT_EQ(read<double>("100", kind), 100.0);
    for (const char* text : {"0", "0.999", "100.1", "-2", "\"2\"", "false"})
        EXPECT_EQ(read<double>(text, kind), std::nullopt) << text;
}

TEST(RetryKinds, failures_of_attempts_have_three_words)
{
    const RetryOnKind kind;
    EXPECT_EQ(read<std::uint8_t>("[]", kind), 0);
    EXPECT_EQ(read<std::uint8_t>(R"(["explicit"])", kind), 1);
    EXPECT_EQ(read<std::uint8_t>(R"(["timeout"])", kind), 2);
    EXPECT_EQ(read<std::uint8_t>(R"(["webhook_failure", "webhook_failure"])", kind), 4);
    EXPECT_EQ(read<std::uint8_t>(R"(["timeout", "webhook_failure", "explicit"])", kind), 7);
    for (const char* text : {R"("timeout")", R"(["Timeout"])", "[1]", "{}"})
        EXPECT_EQ(read<std::uint8_t>(text, kind), std::nullopt) << text;
}

} // namespace
} // namespace sluice::retry_kinds_test
