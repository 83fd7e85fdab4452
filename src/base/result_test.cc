// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <gtest/gtest.h>

namespace sluice::result_test {

namespace {

Result<int> half(int whole)
{
    if (whole % 2 != 0)
        return Error{Errc::invalid, "an odd number"};
    return whole / 2;
}

TEST(Result, holds_a_value_or_an_error)
{
    EXPECT_EQ(half(4).value(), 2);
    EXPECT_EQ(half(3).error(), (Error{Errc::invalid, "an odd number"}));
}

TEST(Result, asked_for_a_value_that_it_has_not_is_a_bug)
{
    EXPECT_THROW(half(3).value(), UncheckedError);
}

TEST(Errc, has_a_word_for_each_value)
{
    EXPECT_EQ(name(Errc::not_found), "not_found");
    EXPECT_EQ(name(Errc::conflict), "conflict");
    EXPECT_EQ(name(Errc::invalid), "invalid");
    EXPECT_EQ(name(Errc::unauthorized), "unauthorized");
    EXPECT_EQ(name(Errc::unavailable), "unavailable");
    EXPECT_EQ(name(Errc::timed_out), "timed_out");
    EXPECT_EQ(name(Errc::overloaded), "overloaded");
    EXPECT_EQ(name(Errc::corrupt), "corrupt");
}

TEST(Errc, tells_what_may_succeed_when_it_is_tried_again)
{
    for (const Errc code : {Errc::unavailable, Errc::timed_out, Errc::overloaded})
        EXPECT_TRUE(is_retryable(code)) << name(code);
    for (const Errc code :
         {Errc::not_found, Errc::conflict, Errc::invalid, Errc::unauthorized, Errc::corrupt})
        EXPECT_FALSE(is_retryable(code)) << name(code);
}

TEST(Error, takes_context_in_front)
{
    const Error refused{Errc::unavailable, "connection refused"};

    EXPECT_EQ(
        with_context("claim tasks", refused),
        (Error{Errc::unavailable, "claim tasks: connection refused"})
    );
}

} // namespace

} // namespace sluice::result_test
