// SPDX-License-Identifier: Apache-2.0
#include "net/trace/sampler.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::sampler_test {

namespace {

TraceContext parent(bool is_sampled)
{
    TraceContext context;
    context.is_sampled = is_sampled;
    return context;
}

// Traces of tasks that are created one after the other within a second.
TraceId trace_of_task(int number)
{
    const Time created = from_micros(1'769'860'800'000'000 + 10 * number);
    return trace_of(make_uid(UidKind::task, created, number, 7));
}

TEST(Sampler, follows_its_parent_when_there_is_one)
{
    for (const double ratio : {0.0, 0.5, 1.0})
        for (int i = 0; i < 100; ++i) {
            EXPECT_TRUE(is_sampled({ratio}, trace_of_task(i), parent(true)));
            EXPECT_FALSE(is_sampled({ratio}, trace_of_task(i), parent(false)));
        }
}

TEST(Sampler, that_ignores_parents_asks_the_trace_alone)
{
    for (const bool followed : {true, false}) {
        EXPECT_TRUE(is_sampled({1, Sampler::Parent::ignored}, trace_of_task(1), parent(followed)));
        EXPECT_FALSE(is_sampled({0, Sampler::Parent::ignored}, trace_of_task(1), parent(followed)));
    }
}

TEST(Sampler, takes_the_share_of_traces_that_was_asked_for)
{
    constexpr int count = 20'000;
    for (const double ratio : {0.0, 0.01, 0.1, 0.5, 0.9, 1.0}) {
        int sampled = 0;
        for (int i = 0; i < count; ++i)
            sampled += is_sampled({ratio}, trace_of_task(i), std::nullopt) ? 1 : 0;
        const double deviation = std::sqrt(count * ratio * (1 - ratio));
        EXPECT_NEAR(sampled, count * ratio, 5 * deviation) << ratio;
    }
}

TEST(Sampler, with_a_higher_ratio_keeps_what_it_had)
{
    for (int i = 0; i < 2'000; ++i) {
        bool was_sampled = false;
        for (const double ratio : {0.1, 0.3, 0.6, 1.0}) {
            const bool now = is_sampled({ratio}, trace_of_task(i), std::nullopt);
            EXPECT_TRUE(now || !was_sampled) << i;
            was_sampled = now;
        }
    }
}

} // namespace

} // namespace sluice::sampler_test
