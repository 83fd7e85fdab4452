// SPDX-License-Identifier: Apache-2.0
#include "base/trace_context.h"

#include <gtest/gtest.h>

#include <set>

namespace sluice::trace_context_test {

namespace {

constexpr std::string_view good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

std::string changed(std::size_t at, char c)
{
    std::string text(good);
    text[at] = c;
    return text;
}

TEST(TraceContext, is_read_from_the_header_that_others_send)
{
    const TraceContext context = parse_traceparent(good).value();
    EXPECT_EQ(format_trace_id(context.trace), "0af7651916cd43dd8448eb211c80319c");
    EXPECT_EQ(format_span_id(context.span), "b7ad6b7169203331");
    EXPECT_TRUE(context.is_sampled);
    EXPECT_EQ(format_traceparent(context), good);
}

TEST(TraceContext, of_the_flags_the_last_bit_says_whether_it_is_sampled)
{
    for (const char flag : {'0', '2', '8', 'e'})
        EXPECT_FALSE(parse_traceparent(changed(54, flag)).value().is_sampled) << flag;
    for (const char flag : {'1', '3', '9', 'f'})
        EXPECT_TRUE(parse_traceparent(changed(54, flag)).value().is_sampled) << flag;
}

TEST(TraceContext, later_versions_may_append_something)
{
    const std::string later = "cc" + std::string(good.substr(2));
    EXPECT_TRUE(parse_traceparent(later));
    EXPECT_TRUE(parse_traceparent(later + "-what-the-future-will-be-like"));
    EXPECT_FALSE(parse_traceparent(later + ".what"));
    EXPECT_FALSE(parse_traceparent(std::string(good) + "-what"));
}

TEST(TraceContext, each_place_has_its_character)
{
    for (std::size_t at = 0; at < good.size(); ++at)
        for (const char c : {'A', 'g', ' ', '_', '\0'})
            EXPECT_FALSE(parse_traceparent(changed(at, c))) << at << c;
    for (const std::size_t at : {2u, 35u, 52u})
        EXPECT_FALSE(parse_traceparent(changed(at, '0'))) << at;
}

TEST(TraceContext, what_is_too_short_or_forbidden_is_none)
{
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(parse_traceparent(good.substr(0, size))) << size;
    EXPECT_FALSE(parse_traceparent("ff" + std::string(good.substr(2))));
    EXPECT_FALSE(parse_traceparent("00-00000000000000000000000000000000-b7ad6b7169203331-01"));
    EXPECT_FALSE(parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"));
}

TEST(TraceContext, is_read_as_it_was_written)
{
    SeededRandom random(7);
    for (int i = 0; i < 1000; ++i) {
        const TraceContext context{new_trace_id(random), new_span_id(random), i % 2 == 0};
        ASSERT_EQ(parse_traceparent(format_traceparent(context)), context);
    }
}

TEST(TraceContext, of_an_object_is_its_id)
{
    const Uid uid = parse_uid("01890a5d-ac96-774b-bcce-b302099a8057").value();
    EXPECT_EQ(format_trace_id(trace_of(uid)), "01890a5dac96774bbcceb302099a8057");
}

// The generator that gives nothing but zeroes.
class NoChance final : public Random {
public:
    std::uint64_t next() override { return 0; }
};

TEST(TraceContext, ids_that_are_made_are_never_zero)
{
    NoChance random;
    EXPECT_NE(new_trace_id(random), TraceId());
    EXPECT_NE(new_span_id(random), SpanId());
}

} // namespace

} // namespace sluice::trace_context_test
